import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import { declareEvent } from '@ballast/contracts';
import type { EventEnvelope, SubscriptionDeclaration, Topology } from '@ballast/contracts';
import { TextField } from '@ballast/contracts/fields';
import { connectServiceBus } from './connect-service-bus.js';
import type { ListenerLog } from './subscription.js';

/** Data of the events in the tests. */
export class Placed {
  @TextField({ description: 'Profile and number.', lengthMax: 40 })
  name!: string;
}

/**
 * The event of the tests; the topic `orders` has the subscriptions `ledger`, `audit`, `brief` and, with exits only, `exits`; the
 * topic `ledger` has `audit`. Locks last for a minute, on `brief` as long as declared.
 */
export const placed = declareEvent('orders', 'order.placed.v1', Placed, 'An order was placed.');

/** Long enough that a slow machine loses no lock; `brief` has the short ones of every other subscription. */
export const LOCK_DURATION_MS = 60_000;
const TOPIC = 'orders';
const OTHER_TOPIC = 'ledger';
/** Whose replicas may make subscriptions of the first topic. */
const REPLICAS = 'replicas';

type Ports = 0 | { serviceBus: number; cosmos: number };

interface BusUsage {
  readonly serviceBus: {
    readonly total: { readonly deliveries: number };
    readonly byEntity: Record<string, Record<string, { readonly count: number; readonly bytes: number }>>;
  };
}

/** What is used of the local server. */
interface LocalServer {
  readonly serviceBusConnectionString: string;
  serviceBusConnectionStringOf(policyName: string): string;
  readonly cosmosEndpoint: string;
  readonly usage: { snapshot(): BusUsage };
  readonly faultControl: { readonly endpoint: string; readonly key: string } | undefined;
  close(): Promise<void>;
}

/** A topology whose subscriptions may say how long their locks last. */
interface LocalTopology extends Topology {
  readonly topics: readonly {
    readonly name: string;
    readonly subscriptions: readonly (SubscriptionDeclaration & { readonly lockDurationMs?: number })[];
  }[];
}

/** `startLocalAzure`, handed in by the specs, as only they may import an app. */
type StartLocalServer = (options: {
  dataDir: string;
  topology: LocalTopology;
  ports: Ports;
  faultControlPort: number;
}) => Promise<LocalServer>;

/** A local bus on a folder of its own, with clients that talk to it; for tests. */
export class BusFixture {
  /** Log lines by level, for what has no other trace. */
  readonly log: ListenerLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
  private readonly folder = mkdtempSync(join(tmpdir(), 'service-bus-lib-'));
  private starts = 0;
  private readonly closers: (() => Promise<void>)[] = [];
  private azure: LocalServer | undefined;
  private ports: Ports = 0;

  private constructor(private readonly startLocalServer: StartLocalServer) {}

  static async start(startLocalServer: StartLocalServer): Promise<BusFixture> {
    const fixture = new BusFixture(startLocalServer);
    await fixture.startServer();
    return fixture;
  }

  /**
   * Starts the server, again on the same ports and with its data. On a copy, because the library under its store keeps a
   * closed file locked for as long as the process lives.
   */
  async startServer(): Promise<void> {
    this.starts += 1;
    const dataDir = join(this.folder, `start-${this.starts}`);
    if (this.starts > 1) cpSync(join(this.folder, `start-${this.starts - 1}`), dataDir, { recursive: true });
    this.azure = await this.startLocalServer({
      dataDir,
      ports: this.ports,
      faultControlPort: 0,
      topology: {
        database: 'test',
        containers: [],
        replicaSubscriptions: [{ name: REPLICAS, topics: [TOPIC], autoDeleteOnIdleSeconds: 300 }],
        topics: [
          {
            name: TOPIC,
            subscriptions: [
              { name: 'ledger', lockDurationMs: LOCK_DURATION_MS },
              { name: 'audit', lockDurationMs: LOCK_DURATION_MS },
              { name: 'brief' },
              { name: 'exits', sqlFilter: "cloudEvents_intent = 'exit'" },
            ],
          },
          { name: OTHER_TOPIC, subscriptions: [{ name: 'audit', lockDurationMs: LOCK_DURATION_MS }] },
        ],
      },
    });
    this.ports = { serviceBus: this.portOf(this.connectionString), cosmos: this.portOf(this.azure.cosmosEndpoint) };
  }

  async stopServer(): Promise<void> {
    await this.azure?.close();
    this.azure = undefined;
  }

  get connectionString(): string {
    if (this.azure === undefined) throw new Error('The server is stopped.');
    return this.azure.serviceBusConnectionString;
  }

  /** Lets make subscriptions of the first topic and listen to it, and nothing else. */
  get replicaConnectionString(): string {
    if (this.azure === undefined) throw new Error('The server is stopped.');
    return this.azure.serviceBusConnectionStringOf(REPLICAS);
  }

  get deliveries(): number {
    return this.azure?.usage.snapshot().serviceBus.total.deliveries ?? 0;
  }

  /** Bytes that the first topic was sent. */
  get sentBytes(): number {
    return this.azure?.usage.snapshot().serviceBus.byEntity[TOPIC]?.['send']?.bytes ?? 0;
  }

  /** Orders a fault and gives its answer: how many it hit, where it happens at once. */
  async order(fault: Record<string, unknown>): Promise<{ hits: number }> {
    const { endpoint, key } = this.azure!.faultControl!;
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(fault) });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as { hits: number };
  }

  /** How many operations the faults that stand have befallen; they end with that. */
  async clearFaults(): Promise<number> {
    const { endpoint, key } = this.azure!.faultControl!;
    const headers = { authorization: `Bearer ${key}` };
    const { faults } = (await (await fetch(endpoint, { headers })).json()) as { faults: { hits: number }[] };
    await fetch(endpoint, { method: 'DELETE', headers });
    return faults.reduce((sum, { hits }) => sum + hits, 0);
  }

  /** Renewals of locks on a subscription of the first topic. */
  renewals(subscription: string): number {
    return this.azure?.usage.snapshot().serviceBus.byEntity[`${TOPIC}/${subscription}`]?.['renew']?.count ?? 0;
  }

  async connect(): Promise<ServiceBusClient> {
    const client = await connectServiceBus({ connectionString: this.connectionString });
    this.closers.push(() => client.close());
    return client;
  }

  /** Closes it before the server, the last one first. */
  closeAtEnd<T extends { close(): Promise<void> }>(thing: T): T {
    this.closers.push(() => thing.close());
    return thing;
  }

  /** Takes what is in the subscription's dead-letter queue now. */
  async deadLetters(subscription: string, count: number, topic = TOPIC): Promise<ServiceBusReceivedMessage[]> {
    const client = await this.connect();
    const receiver = client.createReceiver(topic, subscription, {
      subQueueType: 'deadLetter',
      receiveMode: 'receiveAndDelete',
    });
    const letters = await receiver.receiveMessages(count, { maxWaitTimeInMs: 5_000 });
    await receiver.close();
    return letters;
  }

  /** Ids of the messages that are in the subscription now, locked or not. */
  async left(subscription: string, topic = TOPIC): Promise<string[]> {
    const client = await this.connect();
    const receiver = client.createReceiver(topic, subscription);
    const messages = await receiver.peekMessages(100);
    await receiver.close();
    return messages.map(({ messageId }) => String(messageId));
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
    await this.stopServer();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private portOf(address: string): number {
    return Number(/:(\d+)/.exec(address.replace('://', ''))?.[1]);
  }
}

/** The `number`th event of a profile. */
export function event(profile: string, number: number, change: Partial<EventEnvelope> = {}): EventEnvelope {
  return {
    id: `orders:ord_${profile}_${number}:1`,
    type: placed.type,
    source: '/orders',
    subject: `ord_${profile}_${number}`,
    time: '2026-01-02T03:04:05.678Z',
    partitionkey: profile,
    sequence: number,
    correlationid: `req_${profile}_${number}`,
    data: { name: `${profile}${number}` },
    ...change,
  };
}

/** Polls until `check` is true; fails after `ms` milliseconds, naming `what`. */
export async function until(what: string, check: () => boolean, ms = 15_000): Promise<void> {
  const end = Date.now() + ms;
  while (!check()) {
    if (Date.now() > end) throw new Error(`${what} did not happen within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Resolves when it was opened; `reached` tells how many wait. */
export class Gate {
  reached = 0;
  open: () => void = () => undefined;
  private readonly opened = new Promise<void>((resolve) => (this.open = resolve));

  pass(): Promise<void> {
    this.reached += 1;
    return this.opened;
  }
}
