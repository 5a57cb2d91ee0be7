import type { EventEnvelope } from '@ballast/contracts';
import { ContainerStore } from '../src/container-store.js';
import { eventRow } from '../src/event-row.js';
import { relayRanges } from '../src/relay-ranges.js';
import { Relay } from '../src/relay.js';
import type { RelayLog } from '../src/relay.js';
import { StoreUnavailable } from '../src/store-errors.js';
import { eventually } from './eventually.js';
import { startLocalStore } from './local-store.js';
import type { LocalStore } from './local-store.js';

/** When all of the events were committed. */
const EVENT_TIME = new Date().toISOString();
const SILENT: RelayLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A replica with its own clients: it commits events, relays them, and remembers what it sent. */
export interface Replica {
  readonly relay: Relay;
  readonly leases: FaultyLeases;
  /** Sent and accepted, in order. */
  readonly sent: string[];
  /** What the broker does with the next sends. */
  broker: (events: EventEnvelope[]) => Promise<void>;
}

export interface ReplicaOptions {
  readonly now?: () => number;
}

/** How much slower than the machine's the clock of the replicas goes: a machine that halts for seconds ends no lease. */
export const CLOCK_SLOWNESS = 10;

/** A store, the replicas on it, and what tests do with them. */
export class RelayBench {
  private readonly replicas: Replica[] = [];
  private startedCount = 0;
  private readonly openedAt = Date.now();
  /** The clock of replicas that are not given another, in milliseconds since 1970. */
  readonly now = (): number => this.openedAt + (Date.now() - this.openedAt) / CLOCK_SLOWNESS;

  private constructor(
    readonly local: LocalStore,
    readonly books: ContainerStore,
  ) {}

  static async open(): Promise<RelayBench> {
    const local = await startLocalStore();
    return new RelayBench(local, new ContainerStore(await local.open('books')));
  }

  /** Starts one more replica, `replica-0` first. */
  async start(options: ReplicaOptions = {}): Promise<Replica> {
    const owner = `replica-${this.startedCount}`;
    this.startedCount += 1;
    const replica = await replicaOf(this.local, owner, { now: this.now, ...options });
    this.replicas.push(replica);
    await replica.relay.start();
    return replica;
  }

  /** The same, and waits until it owns the range. */
  async owning(options: ReplicaOptions = {}): Promise<Replica> {
    const replica = await this.start(options);
    await eventually('the relay owns its range', () => replica.relay.health().owned === 1);
    return replica;
  }

  /** Commits events with these ids in one profile, one by one. */
  commit(...ids: string[]): Promise<void> {
    return commitEvents(this.books, 'profile-1', ids);
  }

  /** The lease of the only range. */
  async lease(): Promise<Lease> {
    const leases = new ContainerStore(await this.local.open('leases'));
    const [range] = await relayRanges(await this.local.open('books'), leases, 'books');
    const stored = await leases.read<Lease>(range!.id, [range!.id]);
    return stored!.document;
  }

  /** The lease once it is as it should be. */
  async leaseWhen(right: (lease: Lease) => boolean): Promise<Lease> {
    for (;;) {
      const lease = await this.lease();
      if (right(lease)) return lease;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.replicas.map(({ relay }) => relay.stop()));
    await this.local.close();
  }
}

/** Waits until a replica has sent that many events. */
export function sentBy(replica: Replica, count: number): Promise<string[]> {
  return eventually(`${count} events are sent`, () => replica.sent.length >= count && replica.sent);
}

/** A lease as it lies in the store. */
export interface Lease {
  readonly id: string;
  readonly owner: string;
  readonly token: number;
  readonly expiresAt: number;
  readonly continuation: string | null;
}

async function replicaOf(local: LocalStore, owner: string, options: ReplicaOptions): Promise<Replica> {
  const leases = new FaultyLeases(await local.open('leases'));
  const sent: string[] = [];
  const replica: Omit<Replica, 'relay'> = { leases, sent, broker: async () => undefined };
  const relay = new Relay({
    container: await local.open('books'),
    leases,
    log: SILENT,
    name: 'books',
    owner,
    ...options,
    send: async (events) => {
      await replica.broker(events);
      sent.push(...events.map(({ id }) => id));
    },
  });
  return Object.assign(replica, { relay });
}

/** A leases container that a replica can be cut off from, as if it had crashed. */
export class FaultyLeases extends ContainerStore {
  cutOff = false;
  /** The next write succeeds and does not say so. */
  losesNextAnswer = false;

  override async commit(...args: Parameters<ContainerStore['commit']>): Promise<(string | undefined)[]> {
    if (this.cutOff) throw new StoreUnavailable('cut off');
    const etags = await super.commit(...args);
    if (!this.losesNextAnswer) return etags;
    this.losesNextAnswer = false;
    throw new StoreUnavailable('the answer was lost');
  }
}

/** Commits events with these ids, one by one, each beside the state it belongs to. */
export async function commitEvents(books: ContainerStore, profileId: string, ids: readonly string[]): Promise<void> {
  const keys = { productId: 'ballast', profileId };
  for (const id of ids) {
    const state = { id: 'book', ...keys, kind: 'book', last: id };
    await books.commit(['ballast', profileId], [{ upsert: state }, { create: eventRow(event(id, profileId), keys) }]);
  }
}

/** The event that `commitEvents` commits under this id. */
export function event(id: string, profileId: string): EventEnvelope {
  return {
    id,
    type: 'order.placed.v1',
    source: '/orders',
    subject: id,
    time: EVENT_TIME,
    partitionkey: profileId,
    correlationid: id,
    data: { id },
  };
}
