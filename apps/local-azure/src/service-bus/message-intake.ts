import type { GroupCommit } from '../storage/group-commit.js';
import type { BrokerStore, MessageTimes } from './broker-store.js';
import type { DeliveryQueue } from './delivery-queue.js';
import type { Topic } from './entities.js';
import type { SentMessage, StoredMessage } from './message-codec.js';
import type { Copy } from './ready-queue.js';
import { keepScheduled } from './scheduling.js';

/** A copy that has come into a queue. */
export interface Arrival {
  readonly queue: DeliveryQueue;
  readonly copy: Copy;
}

interface Routed {
  readonly sent: SentMessage;
  readonly to: readonly DeliveryQueue[];
  readonly times: MessageTimes;
}

/** How often message ids that left the duplicate window are removed from disk, in milliseconds. */
const FORGET_INTERVAL_MS = 60_000;
const TTL_UNBOUNDED_MS = 0xffffffff;

/** Takes what is sent: finds the subscriptions that hear it, drops duplicates, and writes the rest. */
export class MessageIntake {
  private forgottenAtMs = Date.now();

  constructor(
    private readonly store: BrokerStore,
    private readonly commits: GroupCommit,
    private readonly duplicateDetectionMs: number,
  ) {}

  /**
   * Stores all messages or none, and gives the copies that are now on disk. A duplicate gives none, and so does a message
   * that is scheduled for later. `also` is written in the same transaction, before them.
   */
  async take(topic: Topic, messages: readonly SentMessage[], also?: () => void): Promise<Arrival[]> {
    const nowMs = Date.now();
    const routed = messages.map((sent) => routeOf(sent, topic, nowMs));
    const admitted: string[] = [];
    let sequences: (number | undefined)[];
    try {
      sequences = await this.commits.submit(() => {
        also?.();
        return this.write(topic, routed, admitted);
      });
    } catch (error) {
      for (const messageId of admitted) topic.duplicates.retract(messageId);
      this.store.undoReservation();
      throw error;
    }
    return routed.flatMap((message, index) => this.arrivals(message, sequences[index]));
  }

  private write(topic: Topic, routed: readonly Routed[], admitted: string[]): (number | undefined)[] {
    const nowMs = Date.now();
    this.forgetMessageIds(nowMs);
    return routed.map(({ sent, to, times }) => {
      if ((sent.scheduledAtMs ?? 0) > nowMs) {
        keepScheduled(this.store, topic, sent);
        return undefined;
      }
      if (!topic.duplicates.admit(sent.messageId, nowMs)) return undefined;
      admitted.push(sent.messageId);
      const subscriptions = to.map(({ subscriptionId }) => subscriptionId);
      return this.store.insert(topic.duplicates.windowMs === 0 ? undefined : topic.id, sent, subscriptions, times);
    });
  }

  private arrivals({ sent, to, times }: Routed, sequence: number | undefined): Arrival[] {
    if (sequence === undefined || to.length === 0) return [];
    this.store.remember(sequence, storedMessage(sent, times.enqueuedAtMs), to.length);
    const { expiresAtMs } = times;
    const copy = { sequence, message: sequence, deliveryCount: 0, expiresAtMs, applicationProperties: null };
    return to.map((queue) => ({ queue, copy: { ...copy } }));
  }

  private forgetMessageIds(nowMs: number): void {
    if (nowMs - this.forgottenAtMs < FORGET_INTERVAL_MS) return;
    this.forgottenAtMs = nowMs;
    this.store.forgetMessageIds(nowMs - this.duplicateDetectionMs);
  }
}

function routeOf(sent: SentMessage, topic: Topic, nowMs: number): Routed {
  const to = topic.subscriptions.filter(({ matches }) => matches(sent)).map(({ queue }) => queue);
  return { sent, to, times: { enqueuedAtMs: nowMs, expiresAtMs: expiryMs(sent, nowMs) } };
}

function storedMessage(sent: SentMessage, enqueuedAtMs: number): StoredMessage {
  const { durable, priority, ttlMs, annotations, annotationsCount, bare } = sent;
  return { enqueuedAtMs, durable, priority, ttlMs, annotations, annotationsCount, bare };
}

/** A time to live too long for the header is sent as the largest number there, with an absolute expiry time. */
function expiryMs({ ttlMs, absoluteExpiryMs }: SentMessage, nowMs: number): number | null {
  const byTtl = ttlMs === null || ttlMs === TTL_UNBOUNDED_MS ? null : nowMs + ttlMs;
  if (byTtl === null || absoluteExpiryMs === null) return byTtl ?? absoluteExpiryMs;
  return Math.min(byTtl, absoluteExpiryMs);
}
