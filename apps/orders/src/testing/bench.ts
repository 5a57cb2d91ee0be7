import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EVENTS, newProfileId, newRequestId, newUserId, topology } from '@ballast/contracts';
import type { EventEnvelope, Problem } from '@ballast/contracts';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '@ballast/contracts/accounts';
import type { Role } from '@ballast/contracts/accounts';
import type { OrderView, TradingLimits } from '@ballast/contracts/orders';
import { startLocalAzure } from '@ballast/local-azure';
import type { LocalAzure } from '@ballast/local-azure';
import { EventListener, EventSender, connectServiceBus } from '@ballast/service-bus';
import type { RunningService } from '@ballast/service-host';
import type { Venue } from '@ballast/venue';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { EndCapitalWait } from '../end-capital-wait.js';
import { VenueStreamOwner } from '../adapters/venue-stream-owner.js';
import { startOrders } from '../start-orders.js';
import { envelope, settingsOf } from './given-platform.js';
import { declinedWord, heldWord } from './ledger-words.js';
import type { Held } from './ledger-words.js';
import { ScriptedVenue } from './scripted-venue.js';
import { SettableClock } from './settable-clock.js';

/** The subscription from which the tests hear what is published. */
const TESTS = 'tests';
const HEARD_TOPOLOGY = {
  ...topology,
  topics: topology.topics.map((topic) => ({ ...topic, subscriptions: [...topic.subscriptions, { name: TESTS }] })),
};

const POLL_MS = 20;
const PATIENCE_MS = 20_000;
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** An answer of orders' private API. */
export interface Answer {
  readonly status: number;
  readonly body: OrderView & Problem & Record<string, unknown>;
}

/** A profile that orders knows, and its owner's token. */
export interface TestProfile {
  readonly profileId: string;
  readonly ownerId: string;
  readonly token: string;
}

/** Asks again until the answer is true; fails after 20 s. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`still not so after ${PATIENCE_MS} ms: ${what}`);
    await delay(POLL_MS);
  }
}

/** Orders against the local servers and a scripted broker; the test plays accounts and the ledger. */
export class Bench {
  private readonly heard = new Map<string, EventEnvelope>();
  private readonly closing: (() => Promise<unknown>)[] = [];
  private ledgerSequence = 0;

  private constructor(
    readonly azure: LocalAzure,
    readonly venue: ScriptedVenue,
    readonly orders: RunningService,
    /** The clock of orders; it runs with the machine's until it is moved. */
    readonly clock: SettableClock,
    private readonly senders: Readonly<Record<'accounts' | 'ledger' | 'orders', EventSender>>,
    private readonly sign: (userId: string, role: Role, mfaAtMs?: number) => Promise<string>,
    private readonly startOne: () => Promise<RunningService>,
  ) {}

  /** `broker` takes the place of the scripted one. */
  static async start(broker?: Venue): Promise<Bench> {
    const dataDir = await mkdtemp(join(tmpdir(), 'ballast-orders-'));
    const azure = await startLocalAzure({ dataDir, topology: HEARD_TOPOLOGY });
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const tokenKeys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256' }] };
    const venue = new ScriptedVenue();
    const settings = settingsOf(azure);
    const clock = new SettableClock();
    const startOne = (): Promise<RunningService> => startOrders(settings, { tokenKeys, venue: broker ?? venue, clock });
    const orders = await startOne();
    const client = await connectServiceBus(settings.platform.serviceBus);
    const senderOf = (topic: string): EventSender => new EventSender(client, topic);
    const senders = { accounts: senderOf('accounts'), ledger: senderOf('ledger'), orders: senderOf('orders') };
    const sign = (userId: string, role: Role, mfaAtMs = Date.now()): Promise<string> =>
      new SignJWT({ role, mfa_at: Math.floor(mfaAtMs / 1_000) })
        .setProtectedHeader({ alg: 'ES256', kid: 'test' })
        .setIssuer(TOKEN_ISSUER)
        .setAudience(TOKEN_AUDIENCE)
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime('15m')
        .sign(privateKey);
    const bench = new Bench(azure, venue, orders, clock, senders, sign, startOne);
    const listener = new EventListener(client, {
      topic: 'orders',
      subscription: TESTS,
      events: EVENTS,
      handle: async (events) => events.forEach((event) => bench.heard.set(event.id, event)),
      log: SILENT,
    });
    await listener.start();
    bench.closing.push(
      () => listener.close(),
      () => orders.close(),
      () => client.close(),
      () => azure.close(),
      () => rm(dataDir, { recursive: true, force: true }),
    );
    return bench;
  }

  /** Another process of the same service, as far as one process can be two. */
  async startReplica(): Promise<RunningService> {
    const replica = await this.startOne();
    this.closing.unshift(() => replica.close());
    return replica;
  }

  /** The first process lets another one hear the broker. */
  async stopHearing(): Promise<void> {
    await this.orders.app.get(VenueStreamOwner, { strict: false }).onApplicationShutdown();
  }

  /** Ends the waits for capital that are over by the clock. */
  async endCapitalWaits(): Promise<void> {
    await this.orders.app.get(EndCapitalWait, { strict: false }).execute();
  }

  async close(): Promise<void> {
    for (const end of this.closing) await end();
  }

  /** What orders has published about an order or a profile, in the profile's sequence. */
  published(subject: string): EventEnvelope[] {
    return [...this.heard.values()]
      .filter((event) => event.subject === subject)
      .sort((left, right) => (left.sequence ?? 0) - (right.sequence ?? 0));
  }

  /** Types of the events about an order. */
  typesOf(orderId: string): string[] {
    return this.published(orderId).map(({ type }) => type);
  }

  /** Waits for the types of an order's events to be exactly these. */
  async settles(orderId: string, ...types: string[]): Promise<void> {
    await until(`${orderId} has ${types.join(', ')}`, () => this.typesOf(orderId).length >= types.length);
    expect(this.typesOf(orderId)).toEqual(types);
  }

  async openProfile(entriesPerSymbolMax = 1): Promise<TestProfile> {
    const now = Date.now();
    const [profileId, ownerId] = [newProfileId(now), newUserId(now)];
    const token = await this.sign(ownerId, 'trader');
    const data = { profileId, ownerId, name: 'test', entriesPerSymbolMax };
    await this.senders.accounts.send([
      envelope({
        id: `accounts:${profileId}:1`,
        type: 'profile.created.v1',
        source: '/accounts',
        subject: profileId,
        partitionkey: profileId,
        ownerid: ownerId,
        data,
      }),
    ]);
    const profile = { profileId, ownerId, token };
    await until(
      'the book is open',
      async () => (await this.ask(profile, 'GET', `/v1/books/${profileId}`)).status === 200,
    );
    return profile;
  }

  /** Says, as accounts does, that the owner of a profile has configured its risk so in that version of it. */
  async configureRisk({ profileId, ownerId }: TestProfile, version: number, risk: TradingLimits): Promise<void> {
    await this.senders.accounts.send([
      envelope({
        ...{ id: `accounts:${profileId}:${version}`, type: 'profile.configured.v1', source: '/accounts' },
        ...{ subject: profileId, partitionkey: profileId, ownerid: ownerId },
        data: { profileId, version, name: 'test', actor: ownerId, risk },
      }),
    ]);
  }

  /** A token of somebody new who showed the second factor then, in milliseconds since 1970; just now by default. */
  tokenFor(role: Role, mfaAtMs = Date.now()): Promise<string> {
    return this.sign(newUserId(Date.now()), role, mfaAtMs);
  }

  async ask(
    caller: { readonly token: string },
    method: string,
    path: string,
    options: { body?: object; key?: string; ifMatch?: string } = {},
  ): Promise<Answer> {
    // Whoever replaces something here means whatever is there, unless told otherwise.
    const ifMatch = options.ifMatch ?? (method === 'PUT' ? '*' : undefined);
    const response = await fetch(`${this.orders.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${caller.token}`,
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.key === undefined ? {} : { 'idempotency-key': options.key }),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  /** Places ten AAPL at 100 unless told otherwise. */
  place(profile: TestProfile, changes: object = {}, key: string = newRequestId(Date.now())): Promise<Answer> {
    const body = {
      profileId: profile.profileId,
      symbol: 'AAPL',
      side: 'buy',
      type: 'limit',
      quantity: '10',
      limitPrice: '100',
      ...changes,
    };
    return this.ask(profile, 'POST', '/v1/orders', { body, key });
  }

  /** Asks for other terms. */
  replace(
    caller: { readonly token: string },
    { orderId }: { readonly orderId: string },
    changes: object,
    headers: { key?: string; ifMatch?: string } = {},
  ): Promise<Answer> {
    const key = headers.key ?? newRequestId(Date.now());
    return this.ask(caller, 'PATCH', `/v1/orders/${orderId}`, { ...headers, body: changes, key });
  }

  /** The ledger’s word that capital is held, for a replacement where one is named; `copies` repeats the message. */
  async hold(order: Held, copies = 1): Promise<void> {
    this.ledgerSequence += 1;
    // A copy under another id passes the broker's duplicate detection, as a redelivery does.
    for (let copy = 0; copy < copies; copy += 1)
      await this.senders.ledger.send([heldWord(order, `${this.ledgerSequence}${copy === 0 ? '' : `-${copy}`}`)]);
  }

  /** The ledger’s word that there is not enough. */
  async decline(order: Held): Promise<void> {
    this.ledgerSequence += 1;
    await this.senders.ledger.send([declinedWord(order, `${this.ledgerSequence}`)]);
  }

  /** The ledger’s word on a shortfall, at its place in the profile's sequence. */
  async shortfall({ profileId }: TestProfile, word: 'opened' | 'cleared', sequence: number): Promise<void> {
    const data = { profileId, asset: 'USD', shortfallUnits: word === 'opened' ? '500' : '0' };
    await this.senders.ledger.send([
      envelope({
        id: `ledger:${profileId}:shortfall-${sequence}`,
        type: `capital.shortfall-${word}.v1`,
        source: '/ledger',
        subject: profileId,
        partitionkey: profileId,
        sequence,
        data,
      }),
    ]);
  }

  /** The order as the API shows it. */
  async order(profile: TestProfile, orderId: string): Promise<OrderView> {
    return (await this.ask(profile, 'GET', `/v1/orders/${orderId}`)).body;
  }

  /** An order that rests at the broker, and its broker key. */
  async resting(
    profile: TestProfile,
    changes: object = {},
  ): Promise<{ orderId: string; profileId: string; brokerKey: string }> {
    const { body } = await this.place(profile, changes);
    await this.hold(body);
    await until('it rests', async () => (await this.order(profile, body.orderId)).state === 'open');
    return {
      orderId: body.orderId,
      profileId: profile.profileId,
      brokerKey: this.venue.received.at(-1)?.brokerKey ?? '',
    };
  }
}
