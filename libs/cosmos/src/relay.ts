import { setTimeout as delay } from 'node:timers/promises';
import { ChangeFeedStartFrom } from '@azure/cosmos';
import type { Container, FeedRange } from '@azure/cosmos';
import type { EventEnvelope } from '@ballast/contracts';
import type { ContainerStore } from './container-store.js';
import { RangeLease } from './range-lease.js';
import { RangeRelay } from './range-relay.js';
import type { FeedRow } from './range-tenure.js';
import { PAGE_ITEMS_MAX } from './relay-pace.js';
import { relayRanges } from './relay-ranges.js';

/** Milliseconds for which `stop` waits on a send; after that the lease runs out by itself and the send is repeated. */
const STOP_MS_MAX = 10_000;

/** The part of a logger that the relay uses; pino fits. */
export interface RelayLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface RelayOptions {
  /** Where the event rows are committed. */
  readonly container: Container;
  /** Where leases and positions are kept; partition key `/id`. */
  readonly leases: ContainerStore;
  /** Prefix of the lease ids; the container's name. */
  readonly name: string;
  /** Id of this replica, different from every other. */
  readonly owner: string;
  /** Sends events in this order; resolves when the broker has them. */
  send(events: EventEnvelope[]): Promise<void>;
  readonly log: RelayLog;
  /** Milliseconds since 1970; `Date.now` unless a test says otherwise. */
  readonly now?: () => number;
}

/** How the relay is doing. */
export interface RelayHealth {
  readonly ranges: number;
  /** Ranges that this replica serves. */
  readonly owned: number;
  /** Age in milliseconds of the oldest unsent event seen, or the time since the last good read while reads fail; else 0. */
  readonly lagMs: number;
}

/**
 * Publishes a container: sends every event row that was ever committed to it, at least once and in the order of its
 * partition, whatever crashes in between. Of all replicas one serves a feed range at a time.
 */
export class Relay {
  readonly #options: RelayOptions;
  #ranges: RangeRelay[] = [];
  #runs: Promise<void>[] = [];
  #stopped = false;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Begins to compete for the ranges. Throws `StoreUnavailable` when they cannot be read. */
  async start(): Promise<void> {
    const { container, leases, name, owner, log } = this.#options;
    const now = this.#options.now ?? Date.now;
    const ranges = await relayRanges(container, leases, name);
    if (this.#stopped) return;
    this.#ranges = ranges.map(({ id, range }) => {
      const lease = new RangeLease(leases, { id, owner, now });
      const open = (continuation: string | undefined) => openFeed(container, range, continuation);
      return new RangeRelay(lease, { id, open, send: (events) => this.#options.send(events), log, now });
    });
    this.#runs = this.#ranges.map((range) => range.run());
  }

  /** Says that something was committed here; cheap enough for every commit. */
  wake(): void {
    for (const range of this.#ranges) range.wake();
  }

  /** Finishes the sends in hand, saves the positions and gives the leases back, so that the next owner begins at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const range of this.#ranges) range.stop();
    const limit = new AbortController();
    const late = delay(STOP_MS_MAX, 'late', { signal: limit.signal }).catch(() => undefined);
    const outcome = await Promise.race([Promise.all(this.#runs), late]);
    limit.abort();
    if (outcome === 'late') this.#options.log.error({ name: this.#options.name }, 'relay stopped during a send');
  }

  health(): RelayHealth {
    return {
      ranges: this.#ranges.length,
      owned: this.#ranges.filter((range) => range.owned).length,
      lagMs: Math.max(0, ...this.#ranges.map((range) => range.lagMs)),
    };
  }
}

function openFeed(container: Container, range: FeedRange, continuation: string | undefined) {
  return container.items.getChangeFeedIterator<FeedRow>({
    maxItemCount: PAGE_ITEMS_MAX,
    changeFeedStartFrom:
      continuation === undefined
        ? ChangeFeedStartFrom.Beginning(range)
        : ChangeFeedStartFrom.Continuation(continuation),
  });
}
