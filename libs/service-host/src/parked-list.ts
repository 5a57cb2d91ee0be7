import { PRODUCT_ID } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type { ParkedListEvents } from '@ballast/contracts/parked';
import { HeadStore, eventRow } from '@ballast/cosmos';
import type { Change, CommitOperation, ContainerStore } from '@ballast/cosmos';
import { ParkingFull } from '@ballast/service-bus';
import type { ParkedMessage, ParkingCause, ParkingLot } from '@ballast/service-bus';
import type { Clock } from './clock.js';
import { departureEvent, keyOf, parkedEvent } from './parked-events.js';
import type { Departure } from './parked-events.js';

/** Messages that one service may have parked; its head lists them all, some 40 bytes each. */
export const PARKED_MESSAGES_MAX = 5_000;
/** Milliseconds for which a redrive owns its aggregate unless it says that it goes on. */
export const REDRIVE_MS_MAX = 60_000;
/** Milliseconds for which another replica's parking may go unheard. */
const POLL_MS = 2_000;
/** The partition in the service's own container, beside those of the profiles. */
const PARTITION_VALUE = '_parked';
const HEAD_ID = 'parked';

/** An aggregate with parked messages. */
export interface ParkedAggregate extends ParkingCause {
  readonly partitionkey: string;
  /** ISO 8601. */
  readonly since: string;
  /** Keys of its messages, the first to be handled first. */
  readonly messages: readonly string[];
  /** The redrive that owns it. */
  readonly claim?: { readonly by: string; readonly untilMs: number };
}

interface ParkedHead {
  readonly id: typeof HEAD_ID;
  readonly kind: 'parked-list';
  readonly ttl: -1;
  readonly aggregates: Readonly<Record<string, ParkedAggregate>>;
}

/** A parked message with its place. */
export interface ParkedRow {
  readonly key: string;
  readonly message: ParkedMessage;
  /** ISO 8601. */
  readonly parkedAt: string;
}

/** What a parked list needs. */
export interface ParkedListOptions {
  readonly store: ContainerStore;
  /** Names of the container's partition key fields; the first is the product's. */
  readonly partitionFields: readonly [string, string];
  /** What is published of it; absent where the container is not relayed. */
  readonly events?: ParkedListEvents;
  readonly clock: Clock;
}

/**
 * The parked messages of one service, in a partition of its own container: one head that lists them by aggregate, a row
 * for each message. Every change is one batch with the event that tells of it. Throws `StoreUnavailable`.
 */
export class ParkedList implements ParkingLot {
  private readonly heads: HeadStore<ParkedHead>;
  private readonly partition: readonly string[] = [PRODUCT_ID, PARTITION_VALUE];
  private known: ParkedHead['aggregates'] = {};
  private poll: NodeJS.Timeout | undefined;
  private asked: Promise<void> | undefined;

  constructor(private readonly options: ParkedListOptions) {
    this.heads = new HeadStore<ParkedHead>(options.store, { headId: () => HEAD_ID });
  }

  /** Hears of what is parked, now and every two seconds. A store that is away is asked again. */
  async start(): Promise<void> {
    await this.refresh().catch(() => undefined);
    this.poll = setInterval(() => (this.asked = this.refresh().catch(() => undefined)), POLL_MS);
    this.poll.unref();
  }

  /** Asks no more; resolves when nothing is asked any more. */
  async stop(): Promise<void> {
    clearInterval(this.poll);
    await this.asked;
  }

  holds(subject: string): boolean {
    return Object.hasOwn(this.known, subject);
  }

  /** Messages that are parked, as far as this process has heard. */
  get count(): number {
    return countOf(this.known);
  }

  async park(message: ParkedMessage, cause: ParkingCause): Promise<void> {
    await this.change((aggregates, at) => {
      const { subject, partitionkey } = message;
      const before = listed(aggregates, subject);
      const key = keyOf(message);
      if (before?.messages.includes(key) === true) return { result: undefined };
      requireRoom(aggregates);
      const aggregate = before ?? { partitionkey, since: at, ...cause, messages: [] };
      return {
        aggregates: { ...aggregates, [subject]: { ...aggregate, messages: [...aggregate.messages, key] } },
        operations: [
          { create: this.rowOf(key, message, at) },
          ...this.eventRows(this.options.events && parkedEvent(this.options.events, message, cause, at)),
        ],
        result: undefined,
      };
    });
  }

  queue(message: ParkedMessage): Promise<boolean> {
    return this.change((aggregates, at) => {
      const aggregate = listed(aggregates, message.subject);
      if (aggregate === undefined) return { result: false };
      const key = keyOf(message);
      if (aggregate.messages.includes(key)) return { result: true };
      requireRoom(aggregates);
      return {
        aggregates: { ...aggregates, [message.subject]: { ...aggregate, messages: [...aggregate.messages, key] } },
        operations: [{ create: this.rowOf(key, message, at) }],
        result: true,
      };
    });
  }

  /** Every aggregate with parked messages, as it is stored now. */
  async aggregates(): Promise<ParkedHead['aggregates']> {
    await this.refresh();
    return this.known;
  }

  /** The message with this key; `undefined` when it has left the list. */
  async message(key: string): Promise<ParkedRow | undefined> {
    const stored = await this.options.store.read<ParkedRow>(rowId(key), this.partition);
    return stored === undefined ? undefined : { ...stored.document, key };
  }

  /** Makes `by` the only one who redrives the aggregate, for a minute from now; false while another one does. */
  claim(subject: string, by: string): Promise<boolean> {
    return this.change((aggregates) => {
      const aggregate = listed(aggregates, subject);
      const nowMs = this.options.clock.now();
      if (aggregate === undefined) return { result: true };
      if (aggregate.claim !== undefined && aggregate.claim.by !== by && aggregate.claim.untilMs > nowMs) {
        return { result: false };
      }
      const claim = { by, untilMs: nowMs + REDRIVE_MS_MAX };
      return { aggregates: { ...aggregates, [subject]: { ...aggregate, claim } }, result: true };
    });
  }

  /** Ends the claim of `by`, and writes down why the first message could not be handled where that is new. */
  async release(subject: string, by: string, cause?: ParkingCause): Promise<void> {
    await this.change((aggregates) => {
      const aggregate = listed(aggregates, subject);
      if (aggregate?.claim?.by !== by) return { result: undefined };
      const { claim: _, ...rest } = aggregate;
      return { aggregates: { ...aggregates, [subject]: { ...rest, ...cause } }, result: undefined };
    });
  }

  /** Takes a message off the list for good; false when it is not there any more. The last one frees its aggregate. */
  remove({ message, key }: ParkedRow, departure: Departure): Promise<boolean> {
    return this.change((aggregates, at) => {
      const { [message.subject]: _, ...others } = aggregates;
      const aggregate = listed(aggregates, message.subject);
      if (aggregate?.messages.includes(key) !== true) return { result: false };
      const messages = aggregate.messages.filter((other) => other !== key);
      return {
        aggregates: messages.length === 0 ? others : { ...others, [message.subject]: { ...aggregate, messages } },
        operations: [
          { delete: { id: rowId(key) } },
          ...this.eventRows(this.options.events && departureEvent(this.options.events, message, departure, at)),
        ],
        result: true,
      };
    });
  }

  private async refresh(): Promise<void> {
    this.heads.forget(this.partition);
    this.known = (await this.heads.read(this.partition))?.aggregates ?? {};
  }

  private async change<Result>(
    decide: (aggregates: ParkedHead['aggregates'], at: string) => ListChange<Result>,
  ): Promise<Result> {
    let known = this.known;
    const result = await this.heads.change([...this.partition], (head): Change<ParkedHead, Result> => {
      const change = decide(head?.aggregates ?? {}, this.options.clock.iso());
      known = change.aggregates ?? head?.aggregates ?? {};
      if (change.aggregates === undefined) return { result: change.result };
      return { head: this.headOf(change.aggregates), operations: change.operations ?? [], result: change.result };
    });
    this.known = known;
    return result;
  }

  private headOf(aggregates: ParkedHead['aggregates']): ParkedHead {
    return { id: HEAD_ID, ...this.partitionOf(), kind: 'parked-list', ttl: -1, aggregates };
  }

  private rowOf(key: string, message: ParkedMessage, parkedAt: string): object {
    return { id: rowId(key), ...this.partitionOf(), kind: 'parked', ttl: -1, message, parkedAt };
  }

  private partitionOf(): Record<string, string> {
    const [first, second] = this.options.partitionFields;
    return { [first]: PRODUCT_ID, [second]: PARTITION_VALUE };
  }

  private eventRows(envelope: EventEnvelope | undefined): CommitOperation[] {
    return envelope === undefined ? [] : [{ create: eventRow(envelope, this.partitionOf()) }];
  }
}

interface ListChange<Result> {
  readonly aggregates?: ParkedHead['aggregates'];
  readonly operations?: readonly CommitOperation[];
  readonly result: Result;
}

/** The aggregate of that name, and nothing that every object has. */
function listed(aggregates: ParkedHead['aggregates'], subject: string): ParkedAggregate | undefined {
  return Object.hasOwn(aggregates, subject) ? aggregates[subject] : undefined;
}

const rowId = (key: string): string => `parked:${key}`;

function countOf(aggregates: ParkedHead['aggregates']): number {
  return Object.values(aggregates).reduce((sum, { messages }) => sum + messages.length, 0);
}

function requireRoom(aggregates: ParkedHead['aggregates']): void {
  if (countOf(aggregates) >= PARKED_MESSAGES_MAX) throw new ParkingFull(`${PARKED_MESSAGES_MAX} messages are parked`);
}
