import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceBusMessage } from '@azure/service-bus';
import { EVENTS, newProfileId, newRequestId, newUserId, topology } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '@ballast/contracts/accounts';
import type { ProfileCreatedV1, Role } from '@ballast/contracts/accounts';
import type { CapitalView } from '@ballast/contracts/ledger';
import { ContainerStore, connectCosmos } from '@ballast/cosmos';
import { startLocalAzure } from '@ballast/local-azure';
import type { LocalAzure } from '@ballast/local-azure';
import { EventListener, EventSender, connectServiceBus } from '@ballast/service-bus';
import type { RunningService } from '@ballast/service-host';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { ACCOUNT_ID, partitionOf } from '../adapters/ledger-documents.js';
import type { HoldDocument } from '../adapters/hold-documents.js';
import type { AccountDocument } from '../adapters/ledger-documents.js';
import { holdIdOf } from '../domain/hold.js';
import { OpenAccount } from '../open-account.js';
import { startLedger } from '../start-ledger.js';
import type { LedgerSettings } from '../ledger.config.js';

/** The subscription from which the tests hear what is published. */
const TESTS = 'tests';
const HEARD_TOPOLOGY = {
  ...topology,
  topics: topology.topics.map((topic) => ({ ...topic, subscriptions: [...topic.subscriptions, { name: TESTS }] })),
};

const POLL_MS = 20;
const PATIENCE_MS = 20_000;

/** An answer of the ledger's HTTP API. */
export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

/** One write: `POST deposits` of a body. */
export interface SentRequest {
  /** Below the profile, with its method unless that is POST (`PUT capital/limits`). */
  readonly path: string;
  readonly body: object;
  readonly key?: string;
  /** Of another replica than the first. */
  readonly url?: string;
}

/** What a profile's tests speak with: its ids, its owner's token and the ways to ask. */
export interface TestProfile {
  readonly profileId: string;
  readonly ownerId: string;
  readonly token: string;
}

/** A ledger against the local servers, with what stands around it: tokens, orders' and accounts' topics, a listener. */
export interface Bench {
  readonly azure: LocalAzure;
  readonly settings: LedgerSettings;
  /** The container itself, to look and to tamper. */
  readonly store: ContainerStore;
  readonly ledger: RunningService;
  /** What the ledger has published so far about a profile, in its sequence. */
  published(profileId: string): EventEnvelope[];
  publish(topic: 'orders' | 'accounts', ...events: EventEnvelope[]): Promise<void>;
  /** Sends a message that is no event of ours. */
  publishRaw(topic: string, message: ServiceBusMessage): Promise<void>;
  /** A token that shows a second factor as of then, in seconds since 1970; just now by default. */
  tokenFor(userId: string, role: Role, mfaAt?: number): Promise<string>;
  /** A profile whose account is open. */
  openProfile(): Promise<TestProfile>;
  move(profile: TestProfile, kind: 'deposits' | 'withdrawals', amount: string, key?: string): Promise<Answer<unknown>>;
  /** A write about a profile's capital, under a key of its own unless one is given. */
  send<Body>(profile: TestProfile, request: SentRequest): Promise<Answer<Body>>;
  capital(profile: TestProfile): Promise<Answer<CapitalView>>;
  /** What stands in the stored account for orders, by their ids. */
  liveHolds(profile: TestProfile): Promise<AccountDocument['holds']>;
  /** The row that says what became of the order's hold. */
  holdRow(profile: TestProfile, orderId: string): Promise<HoldDocument | undefined>;
  /** A second ledger over the same data; closed with the bench. */
  startReplica(): Promise<RunningService>;
  close(): Promise<void>;
}

/** Asks again until the answer is true; fails after 20 s. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`still not so after ${PATIENCE_MS} ms: ${what}`);
    await delay(POLL_MS);
  }
}

/** One HTTP request with a JSON answer. */
export async function ask<Body>(url: string, init: RequestInit = {}): Promise<Answer<Body>> {
  const response = await fetch(url, init);
  return { status: response.status, body: (await response.json()) as Body };
}

export async function startBench(): Promise<Bench> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ballast-ledger-'));
  const azure = await startLocalAzure({ dataDir, topology: HEARD_TOPOLOGY });
  const { tokenFor, tokenKeys } = await tokenMaker();
  const settings: LedgerSettings = { platform: platformOf(azure) };
  const start = (): Promise<RunningService> => startLedger(settings, { tokenKeys });
  const services = [await start()];
  const database = await connectCosmos(settings.platform.cosmos);
  const client = await connectServiceBus(settings.platform.serviceBus);
  const senders = { orders: new EventSender(client, 'orders'), accounts: new EventSender(client, 'accounts') };
  const heard = new Map<string, EventEnvelope>();
  const listener = new EventListener(client, {
    topic: 'ledger',
    subscription: TESTS,
    events: EVENTS,
    handle: async (events) => events.forEach((event) => heard.set(event.id, event)),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  await listener.start();
  const [ledger] = services as [RunningService];
  const bench: Bench = {
    azure,
    settings,
    ledger,
    store: new ContainerStore(database.container('capital_ledgers')),
    tokenFor,
    published: (profileId) =>
      [...heard.values()]
        .filter((event) => event.partitionkey === profileId)
        .sort((left, right) => (left.sequence ?? 0) - (right.sequence ?? 0)),
    publish: (topic, ...events) => senders[topic].send(events),
    publishRaw: async (topic, message) => {
      const sender = client.createSender(topic);
      await sender.sendMessages(message);
      await sender.close();
    },
    openProfile: () => openProfile(bench),
    move: (profile, path, amount, key) => send(ledger, profile, { path, body: { amount }, ...(key && { key }) }),
    send: (profile, request) => send(ledger, profile, request),
    capital: (profile) => ask(`${ledger.url}/v1/profiles/${profile.profileId}/capital`, { headers: bearer(profile) }),
    liveHolds: async ({ profileId }) => {
      const stored = await bench.store.read<AccountDocument>(ACCOUNT_ID, partitionOf(profileId));
      return stored?.document.holds ?? {};
    },
    holdRow: async ({ profileId }, orderId) =>
      (await bench.store.read<HoldDocument>(holdIdOf(orderId), partitionOf(profileId)))?.document,
    startReplica: async () => {
      const replica = await start();
      services.push(replica);
      return replica;
    },
    close: async () => {
      await listener.close();
      await Promise.all(services.map((service) => service.close()));
      await client.close();
      database.client.dispose();
      await azure.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return bench;
}

function send<Body>(ledger: RunningService, profile: TestProfile, request: SentRequest): Promise<Answer<Body>> {
  const { path, body, key = newRequestId(Date.now()), url = ledger.url } = request;
  const [method = 'POST', below = ''] = path.includes(' ') ? path.split(' ') : ['POST', path];
  return ask(`${url}/v1/profiles/${profile.profileId}/${below}`, {
    method,
    headers: { ...bearer(profile), 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
  });
}

/** The header that says who asks. */
export function bearer({ token }: { readonly token: string }): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

async function openProfile(bench: Bench): Promise<TestProfile> {
  const now = Date.now();
  const profile = { profileId: newProfileId(now), ownerId: newUserId(now) };
  await bench.ledger.app.get(OpenAccount).execute(profileCreated(profile).data as ProfileCreatedV1);
  return { ...profile, token: await bench.tokenFor(profile.ownerId, 'trader') };
}

/** The event with which accounts tells of a new profile. */
export function profileCreated({ profileId, ownerId }: { profileId: string; ownerId: string }): EventEnvelope {
  return {
    id: `accounts:${profileId}:1`,
    type: 'profile.created.v1',
    source: '/accounts',
    subject: profileId,
    time: new Date().toISOString(),
    partitionkey: profileId,
    ownerid: ownerId,
    correlationid: newRequestId(Date.now()),
    data: { profileId, ownerId, name: 'test', entriesPerSymbolMax: 1 },
  };
}

async function tokenMaker() {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const tokenKeys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' }] };
  const tokenFor = (userId: string, role: Role, mfaAt = Math.floor(Date.now() / 1_000)): Promise<string> =>
    new SignJWT({ role, mfa_at: mfaAt })
      .setProtectedHeader({ alg: 'ES256', kid: 'test' })
      .setSubject(userId)
      .setIssuer(TOKEN_ISSUER)
      .setAudience(TOKEN_AUDIENCE)
      .setIssuedAt()
      .setJti(newRequestId(Date.now()))
      .setExpirationTime('15m')
      .sign(privateKey);
  return { tokenKeys, tokenFor };
}

function platformOf(azure: LocalAzure): LedgerSettings['platform'] {
  return {
    host: '127.0.0.1',
    port: 0,
    cosmos: { endpoint: azure.cosmosEndpoint, key: azure.cosmosKey, database: azure.database },
    serviceBus: { connectionString: azure.serviceBusConnectionString },
    accountsUrl: 'http://127.0.0.1:9',
    logLevel: 'silent',
  };
}
