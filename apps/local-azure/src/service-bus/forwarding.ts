import type { CopyMoves } from './copy-moves.js';
import type { BrokerStore } from './broker-store.js';
import type { DeliveryQueue, ForwardingTarget } from './delivery-queue.js';
import type { Topic } from './entities.js';
import { statusOf, takesMessages } from './entity-description.js';
import { hasExpired } from './expiry.js';
import { decodeMessage, type SentMessage } from './message-codec.js';
import type { Copy } from './ready-queue.js';
import { ServiceBusError } from './service-bus-error.js';

/** How often one message is forwarded at most, as the service has it. */
const HOPS_MAX = 4;
/** Messages of one queue on their way at a time. */
const FORWARDED_AT_A_TIME_MAX = 200;
const RETRY_AFTER_MS = 1_000;

/** What forwarding needs of the broker. */
export interface ForwardingContext {
  readonly store: BrokerStore;
  readonly moves: CopyMoves;
  /** The topic or queue of that name; undefined when there is none. */
  readonly target: (name: string) => Topic | undefined;
  /** Takes messages in; `also` is written in the same transaction, before them. */
  readonly publish: (topic: Topic, messages: readonly SentMessage[], also: () => void) => Promise<void>;
  /** The copy as its receiver would get it. */
  readonly encode: (copy: Copy) => Buffer;
}

/**
 * Moves the messages of queues that forward to where they go, in their order. A message leaves its queue in the transaction
 * that puts it where it goes, so that a crash neither loses nor doubles it; what cannot go there is in the transfer
 * dead-letter queue.
 */
export class Forwarding {
  private readonly busy = new Set<DeliveryQueue>();
  private readonly retries = new Set<NodeJS.Timeout>();
  private closed = false;

  constructor(private readonly context: ForwardingContext) {}

  /** Forwards what is ready; does nothing while the queue is being forwarded already. */
  pump(queue: DeliveryQueue): void {
    if (this.closed || this.busy.has(queue) || queue.ready.isEmpty) return;
    this.busy.add(queue);
    void this.forwardSome(queue).then((failed) => {
      this.busy.delete(queue);
      if (failed) this.retry(queue);
      else if (queue.forwarding !== undefined) this.pump(queue);
    });
  }

  close(): void {
    this.closed = true;
    for (const timer of this.retries) clearTimeout(timer);
  }

  private async forwardSome(queue: DeliveryQueue): Promise<boolean> {
    const moved: Promise<void>[] = [];
    const nowMs = Date.now();
    while (moved.length < FORWARDED_AT_A_TIME_MAX && !queue.ready.isEmpty && queue.forwarding !== undefined) {
      const copy = queue.ready.take()!;
      const expired = hasExpired(queue, copy, nowMs);
      moved.push(expired ? this.context.moves.expire(queue, copy) : this.forward(queue, copy, queue.forwarding));
    }
    const outcomes = await Promise.allSettled(moved);
    return outcomes.some(({ status }) => status === 'rejected');
  }

  private async forward(queue: DeliveryQueue, copy: Copy, to: ForwardingTarget): Promise<void> {
    const { store, moves, publish } = this.context;
    try {
      const message = this.forwarded(copy, to);
      await publish(this.openTarget(to.to), [message], () => store.deleteCopy(queue.subscriptionId, copy));
    } catch (error) {
      if (error instanceof ServiceBusError) return moves.failTransfer(queue, copy, error);
      queue.put(copy);
      throw error;
    }
  }

  private openTarget(name: string): Topic {
    const target = this.context.target(name);
    if (target === undefined) throw new ServiceBusError('MessagingEntityNotFound', `There is no entity '${name}'.`);
    if (!takesMessages(statusOf(target.description.properties))) {
      throw new ServiceBusError('MessagingEntityDisabled', `The entity '${name}' takes no messages.`);
    }
    return target;
  }

  /** A dead letter lives as long as where it goes permits, whatever it said itself. */
  private forwarded(copy: Copy, { deadLetterSource }: ForwardingTarget): SentMessage {
    const { forwarded } = this.context.store.message(copy.message);
    const hops = (forwarded?.hops ?? 0) + 1;
    if (hops > HOPS_MAX) {
      const description = `The message was forwarded ${HOPS_MAX} times, which is the most it may be.`;
      throw new ServiceBusError('MaxTransferHopCountExceeded', description);
    }
    const sent = decodeMessage(this.context.encode(copy));
    return {
      ...sent,
      scheduledAtMs: null,
      ...(deadLetterSource === null ? {} : { ttlMs: null, absoluteExpiryMs: null }),
      forwarded: {
        origin: forwarded?.origin ?? copy.message,
        hops,
        deadLetterSource: deadLetterSource ?? forwarded?.deadLetterSource ?? null,
      },
    };
  }

  private retry(queue: DeliveryQueue): void {
    if (this.closed) return;
    const timer = setTimeout(() => {
      this.retries.delete(timer);
      this.pump(queue);
    }, RETRY_AFTER_MS);
    this.retries.add(timer);
  }
}
