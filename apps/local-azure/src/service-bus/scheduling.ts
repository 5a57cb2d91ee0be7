import type { GroupCommit } from '../storage/group-commit.js';
import type { BrokerStore } from './broker-store.js';
import type { Topic } from './entities.js';
import { decodeMessage, encodeDelivery, type SentMessage } from './message-codec.js';
import type { ScheduledMessage } from './scheduled-store.js';
import { ServiceBusError } from './service-bus-error.js';
import { refuseSessionless } from './session-messages.js';

/** Takes a message in; `also` is written in the same transaction, before it. */
export type Enqueue = (topic: Topic, messages: readonly SentMessage[], also: () => void) => Promise<void>;

const ENQUEUED_AT_A_TIME_MAX = 100;
/** A timer cannot be longer than 24 days; it is set anew when it has run. */
const TIMER_MS_MAX = 3_600_000;
const RETRY_AFTER_MS = 1_000;

/** Keeps scheduled messages on disk until their moment and takes them in then, as messages with a new number. */
export class Scheduling {
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly topics: () => Iterable<Topic>,
    private readonly store: BrokerStore,
    private readonly commits: GroupCommit,
    private readonly enqueue: Enqueue,
  ) {}

  /**
   * Stores all messages or none, and gives their sequence numbers. Throws argument-error when one names no moment, and
   * quota-exceeded.
   */
  async schedule(topic: Topic, messages: readonly SentMessage[]): Promise<number[]> {
    topic.usedAtMs = Date.now();
    refuseSessionless(topic, messages);
    const bytes = messages.reduce((sum, { encoded }) => sum + encoded.length, 0);
    const settled = this.store.quota.admit(topic, bytes);
    try {
      const sequences = await this.commits.submit(() => messages.map((sent) => keepScheduled(this.store, topic, sent)));
      this.arm();
      return sequences;
    } catch (error) {
      this.store.undoReservation();
      throw error;
    } finally {
      settled();
    }
  }

  /** Removes all of the scheduled messages, or none and throws message-not-found when one is not there any more. */
  async cancel(topic: Topic, sequences: readonly number[]): Promise<void> {
    await this.commits.submit(() => {
      for (const sequence of sequences) {
        if (!this.store.scheduled.delete(topic.id, sequence)) throw messageNotFound(sequence);
      }
    });
  }

  /** The scheduled messages of a topic or queue from a sequence number on, encoded. */
  browse(topic: number, from: number, countMax: number): { sequence: number; bytes: Buffer }[] {
    return this.store.scheduled.browse(topic, from, countMax).map((row) => ({
      sequence: row.sequence,
      bytes: encodeDelivery(
        { ...decodeMessage(row.bytes, row.messageId), enqueuedAtMs: row.dueAtMs },
        { sequence: row.sequence, enqueuedSequence: row.sequence, deliveryCount: 0, applicationProperties: null },
      ),
    }));
  }

  /** Sets the timer for the first message that is due. */
  arm(delayMsMin = 0): void {
    clearTimeout(this.timer);
    if (this.closed) return;
    const nextMs = this.store.scheduled.nextDueMs([...this.topics()].map(({ id }) => id));
    if (nextMs === undefined) return;
    const delayMs = Math.min(Math.max(nextMs - Date.now(), delayMsMin), TIMER_MS_MAX);
    this.timer = setTimeout(() => void this.enqueueDue(), delayMs);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private async enqueueDue(): Promise<void> {
    const topics = new Map([...this.topics()].map((topic) => [topic.id, topic]));
    const due = this.store.scheduled.due([...topics.keys()], Date.now(), ENQUEUED_AT_A_TIME_MAX);
    const outcomes = await Promise.allSettled(due.map((row) => this.enqueueOne(topics.get(row.topic)!, row)));
    this.arm(outcomes.some(({ status }) => status === 'rejected') ? RETRY_AFTER_MS : 0);
  }

  private enqueueOne(topic: Topic, { sequence, messageId, bytes }: ScheduledMessage): Promise<void> {
    return this.enqueue(topic, [{ ...decodeMessage(bytes, messageId), scheduledAtMs: null }], () => {
      if (!this.store.scheduled.delete(topic.id, sequence)) throw messageNotFound(sequence);
    });
  }
}

/** Writes a message that is to be taken in later and gives its sequence number; belongs inside a transaction. */
export function keepScheduled(store: BrokerStore, topic: Topic, sent: SentMessage): number {
  if (sent.scheduledAtMs === null) {
    throw new ServiceBusError(
      'com.microsoft:argument-error',
      'A scheduled message must say when it is to be enqueued.',
    );
  }
  const sequence = store.takeSequence();
  const { scheduledAtMs: dueAtMs, messageId, encoded: bytes } = sent;
  store.scheduled.insert({ sequence, topic: topic.id, dueAtMs, messageId, bytes });
  return sequence;
}

/** What a request for a message that is not there any more answers. */
export function messageNotFound(sequence: number): ServiceBusError {
  return new ServiceBusError(
    'com.microsoft:message-not-found',
    `Failed to find the message with the sequence number ${sequence}.`,
  );
}
