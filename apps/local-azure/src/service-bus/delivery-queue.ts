import { PART, type QueuePart } from './copy-rows.js';
import type { EntityStatus } from './entity-description.js';
import { LockTable } from './lock-table.js';
import type { QueuePolicy } from './queue-policy.js';
import { ReadyQueue, type Copy } from './ready-queue.js';
import type { ServiceBusError } from './service-bus-error.js';

/** Someone who receives from a queue. */
export interface Consumer {
  /** Whether a message is gone once it is sent, instead of locked until it is settled. */
  readonly receiveAndDelete: boolean;
  /** How many messages it takes now. */
  capacity(): number;
  /** Makes room for a message that is still on its way out of the store. */
  reserve(): void;
  /** Sends it; `token` is that of its lock. For a reserved one `bytes` is undefined when it could not be taken out. */
  deliver(bytes: Buffer | undefined, token?: Buffer): void;
  /** Ends the link, because its entity is gone or no longer hands out messages. */
  detach(reason: ServiceBusError): void;
}

/** Where a queue forwards its messages. */
export interface ForwardingTarget {
  /** The name of a queue or topic, which may be gone by now. */
  readonly to: string;
  /** What is forwarded are the dead letters of this entity; null when they are no dead letters. */
  readonly deadLetterSource: string | null;
}

/** The messages of one queue or subscription that are active, or that are dead-lettered, and who waits for them. */
export class DeliveryQueue {
  readonly ready: ReadyQueue = new ReadyQueue();
  /** Deferred copies that are not locked, by sequence number. */
  readonly deferred = new Map<number, Copy>();
  readonly locks: LockTable;
  status: EntityStatus = 'Active';
  /** Where its messages go instead of being received here. */
  forwarding: ForwardingTarget | undefined;
  /** Where messages go that could not be forwarded; undefined for what never forwards. */
  transferDeadLetters: DeliveryQueue | undefined;
  /** When somebody last received, peeked or settled here, as far as known; 0 is not. */
  usedAtMs = 0;
  /** Set while a lock is due to expire. */
  expiryTimer: NodeJS.Timeout | undefined;
  private consumers: Consumer[] = [];
  private turn = 0;

  constructor(
    /** `queue` or `topic/subscription`, with `/$DeadLetterQueue` when it is that. */
    readonly name: string,
    readonly subscriptionId: number,
    /** The queue that failed messages go to; undefined for a dead-letter queue. */
    readonly deadLetters: DeliveryQueue | undefined,
    public policy: QueuePolicy,
    readonly part: QueuePart = deadLetters === undefined ? PART.deadLetters : PART.active,
  ) {
    this.locks = new LockTable(policy.lockDurationMs);
  }

  /** Whether it holds messages that failed, where nothing counts or expires any more. */
  get isDeadLetter(): boolean {
    return this.part !== PART.active;
  }

  /** This queue with its dead-letter queues. */
  get parts(): DeliveryQueue[] {
    return [this, this.deadLetters, this.transferDeadLetters].filter((part) => part !== undefined);
  }

  /** Puts a copy that nobody holds where it belongs: among the ready or the deferred. */
  place(copy: Copy): void {
    if (copy.deferred === true) this.deferred.set(copy.sequence, copy);
    else this.ready.add(copy);
  }

  /** Whether somebody has a link to receive on. */
  get isReceivedFrom(): boolean {
    return this.consumers.length > 0;
  }

  /** Notes that it is used. */
  touch(): void {
    this.usedAtMs = Date.now();
  }

  add(consumer: Consumer): void {
    this.touch();
    this.consumers.push(consumer);
  }

  remove(consumer: Consumer): void {
    this.touch();
    this.consumers = this.consumers.filter((other) => other !== consumer);
  }

  /** Ends the links of everyone who receives. */
  detachAll(reason: ServiceBusError): void {
    for (const consumer of this.consumers) consumer.detach(reason);
  }

  /** Forgets every message and lock, because the entity is gone. */
  clear(): void {
    this.ready.clear();
    this.deferred.clear();
    this.locks.clear();
    clearTimeout(this.expiryTimer);
    this.expiryTimer = undefined;
  }

  /** The next consumer with room, each in its turn. */
  nextConsumer(): Consumer | undefined {
    for (let tried = 0; tried < this.consumers.length; tried += 1) {
      this.turn = (this.turn + 1) % this.consumers.length;
      const consumer = this.consumers[this.turn]!;
      if (consumer.capacity() > 0) return consumer;
    }
    return undefined;
  }
}
