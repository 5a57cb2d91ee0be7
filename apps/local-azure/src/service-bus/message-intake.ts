import type { GroupCommit } from '../storage/group-commit.js';
import type { BrokerStore } from './broker-store.js';
import type { DeliveryQueue } from './delivery-queue.js';
import { deadLetterProperties } from './dead-letter-reason.js';
import type { Entities, Subscription, Topic } from './entities.js';
import { expiryIn } from './expiry.js';
import type { SentMessage } from './message-codec.js';
import type { MessageTimes } from './message-rows.js';
import { changedSections } from './changed-sections.js';
import type { Copy } from './ready-queue.js';
import { copiesFor } from './rules.js';
import { keepScheduled } from './scheduling.js';
import { SessionEntity } from './session-entity.js';
import { FilterEvaluationError } from './sql-filter-values.js';

/** A copy that has come into a queue. */
interface Arrival {
  readonly queue: DeliveryQueue;
  readonly copy: Copy;
}

interface Routed {
  readonly sent: SentMessage;
  readonly to: readonly RoutedCopies[];
  readonly times: MessageTimes;
}

/** A queue that gets a message, with the application properties of each of its copies (null is the message's own). */
interface RoutedCopies {
  readonly queue: DeliveryQueue;
  readonly copies: readonly (Buffer | null)[];
}

/** How often message ids that left the duplicate window are removed from disk, in milliseconds. */
const FORGET_INTERVAL_MS = 60_000;
/** The dead-letter reason of a message that a filter could not be evaluated for. */
const FILTER_FAILED = 'FilterEvaluationException';
const TTL_UNBOUNDED_MS = 0xffffffff;

/** Takes what is sent: finds the subscriptions that hear it, drops duplicates, and writes the rest. */
export class MessageIntake {
  private forgottenAtMs = Date.now();

  constructor(
    private readonly store: BrokerStore,
    private readonly commits: GroupCommit,
    private readonly entities: Entities,
  ) {}

  /**
   * Stores all messages or none, and gives the queues that something has come into. A duplicate comes into none, and so does
   * a message that is scheduled for later. `also` is written in the same transaction, before them.
   */
  async take(topic: Topic, messages: readonly SentMessage[], also?: () => void): Promise<Iterable<DeliveryQueue>> {
    const nowMs = Date.now();
    const routed = messages.map((sent) => routeOf(sent, topic, nowMs));
    const admitted: string[] = [];
    const write = (): Arrival[] => {
      also?.();
      return this.write(topic, routed, admitted);
    };
    const filled = new Set<DeliveryQueue>();
    try {
      await this.commits.submit(write, 'undo', (arrivals) => {
        for (const { queue, copy } of arrivals) {
          queue.put(copy);
          filled.add(queue);
        }
      });
    } catch (error) {
      for (const messageId of admitted) topic.duplicates.retract(messageId);
      this.store.undoReservation();
      throw error;
    }
    return filled;
  }

  private write(topic: Topic, routed: readonly Routed[], admitted: string[]): Arrival[] {
    const nowMs = Date.now();
    this.forgetMessageIds(nowMs);
    const remembers = topic.duplicates.windowMs > 0;
    return routed.flatMap((message) => {
      const { sent, to, times } = message;
      if ((sent.scheduledAtMs ?? 0) > nowMs) {
        keepScheduled(this.store, topic, sent);
        return [];
      }
      if (!topic.duplicates.admit(sent.messageId, nowMs)) return [];
      admitted.push(sent.messageId);
      if (remembers) this.store.noteMessageId(topic.id, sent.messageId, times.enqueuedAtMs);
      return to.length === 0 ? [] : this.writeMessage(message);
    });
  }

  /** The first copy has the message's number. */
  private writeMessage({ sent, to, times }: Routed): Arrival[] {
    const message = this.store.insert(sent, times);
    const isShared = to.reduce((count, { copies }) => count + copies.length, 0) > 1;
    return to.flatMap(({ queue, copies }) =>
      copies.map((applicationProperties, index) => {
        const copy: Copy = {
          sequence: index === 0 ? message : this.store.takeSequence(),
          message,
          isShared,
          deliveryCount: 0,
          expiresAtMs: expiryIn(queue, times.enqueuedAtMs, times.expiresAtMs),
          applicationProperties,
          deferred: false,
          sessionId: queue instanceof SessionEntity ? sessionNamedBy(sent) : null,
        };
        this.store.copies.insert(queue.subscriptionId, copy, queue.part);
        return { queue, copy };
      }),
    );
  }

  private forgetMessageIds(nowMs: number): void {
    if (nowMs - this.forgottenAtMs < FORGET_INTERVAL_MS) return;
    this.forgottenAtMs = nowMs;
    this.store.forgetMessageIds(nowMs - this.entities.longestDuplicateWindowMs);
  }
}

function routeOf(sent: SentMessage, topic: Topic, nowMs: number): Routed {
  const to = topic.subscriptions
    .map((subscription) => routedCopies(subscription, sent))
    .filter(({ copies }) => copies.length > 0);
  const topicExpiryMs = topic.defaultTtlMs === null ? null : nowMs + topic.defaultTtlMs;
  return { sent, to, times: { enqueuedAtMs: nowMs, expiresAtMs: earliest(expiryMs(sent, nowMs), topicExpiryMs) } };
}

/** A message that a filter fails on goes to the dead-letter queue of the subscription, or is not for it. */
function routedCopies({ queue, rules }: Subscription, sent: SentMessage): RoutedCopies {
  try {
    return { queue, copies: copiesFor(rules, sent) };
  } catch (error) {
    if (!(error instanceof FilterEvaluationError)) throw error;
    if (!queue.policy.deadLettersFilterErrors) return { queue, copies: [] };
    const why = deadLetterProperties({ reason: FILTER_FAILED, description: error.message });
    return { queue: queue.deadLetters!, copies: [changedSections(sent.bare, { application: why })] };
  }
}

function sessionNamedBy(sent: SentMessage): string | null {
  const id = sent.system('sessionid');
  return typeof id === 'string' ? id : null;
}

/** A time to live too long for the header is sent as the largest number there, with an absolute expiry time. */
function expiryMs({ ttlMs, absoluteExpiryMs }: SentMessage, nowMs: number): number | null {
  const byTtl = ttlMs === null || ttlMs === TTL_UNBOUNDED_MS ? null : nowMs + ttlMs;
  return earliest(byTtl, absoluteExpiryMs);
}

function earliest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}
