import type { EventEnvelope } from '@ballast/contracts';
import { ContainerStore } from '../src/container-store.js';
import { eventRow } from '../src/event-row.js';
import { Relay } from '../src/relay.js';
import type { RelayLog } from '../src/relay.js';
import { StoreUnavailable } from '../src/store-errors.js';
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
  readonly name: string;
  readonly owner: string;
  readonly now?: () => number;
}

/** Prepares a relay of the container `books`; nothing runs yet. */
export async function replicaOf(local: LocalStore, options: ReplicaOptions): Promise<Replica> {
  const leases = new FaultyLeases(await local.open('leases'));
  const sent: string[] = [];
  const replica: Omit<Replica, 'relay'> = { leases, sent, broker: async () => undefined };
  const relay = new Relay({
    container: await local.open('books'),
    leases,
    log: SILENT,
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
