import { PART, type QueuePart } from './copy-rows.js';
import type { CopyScope, CopyStore } from './copy-store.js';
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

/** Where a queue's messages are kept. */
export interface QueuePlace {
  /** `queue` or `topic/subscription`, with `/$DeadLetterQueue` when it is that. */
  readonly name: string;
  readonly subscriptionId: number;
  readonly part: QueuePart;
  readonly copies: CopyStore;
}

/** The messages of one queue or subscription that are active, or that are dead-lettered, and who waits for them. */
export class DeliveryQueue {
  readonly ready: ReadyQueue;
  /** The deferred copies that somebody has asked for, by sequence number; the others are on disk only. */
  private readonly deferredOut = new Set<number>();
  readonly locks: LockTable;
  status: EntityStatus = 'Active';
  /** Where its messages go instead of being received here. */
  forwarding: ForwardingTarget | undefined;
  /** Where messages go that could not be forwarded; undefined for what never forwards. */
  transferDeadLetters: DeliveryQueue | undefined;
  /** When somebody last received, peeked or settled here, as far as known; 0 is not. */
  usedAtMs = 0;
  /** No copy here that is ready expires before; `Infinity` when none does at all. */
  nextExpiryMs = Infinity;
  /** Set while a lock is due to expire. */
  expiryTimer: NodeJS.Timeout | undefined;
  private consumers: Consumer[] = [];
  private turn = 0;

  constructor(
    readonly place: QueuePlace,
    public policy: QueuePolicy,
    /** The queue that failed messages go to; undefined for a dead-letter queue. */
    readonly deadLetters?: DeliveryQueue,
    heldMax?: number,
  ) {
    const { copies } = place;
    this.ready = new ReadyQueue((after, countMax) => copies.readyAfter(this.scope, after, countMax), heldMax);
    this.locks = new LockTable(policy.lockDurationMs);
  }

  get name(): string {
    return this.place.name;
  }

  get subscriptionId(): number {
    return this.place.subscriptionId;
  }

  get part(): QueuePart {
    return this.place.part;
  }

  /** Which copies on disk are its own. */
  get scope(): CopyScope {
    return this.place;
  }

  /** Whether it holds messages that failed, where nothing counts or expires any more. */
  get isDeadLetter(): boolean {
    return this.part !== PART.active;
  }

  /** This queue with its dead-letter queues. */
  get parts(): DeliveryQueue[] {
    return [this, this.deadLetters, this.transferDeadLetters].filter((part) => part !== undefined);
  }

  /** Puts a copy that nobody holds, and that is on disk so, where it belongs: among the ready or the deferred. */
  put(copy: Copy): void {
    this.deferredOut.delete(copy.sequence);
    if (copy.deferred) return;
    this.noteExpiry(copy.expiresAtMs);
    this.ready.add(copy);
  }

  /** Takes a deferred copy; undefined when there is none with this number, or somebody has it. */
  takeDeferred(sequence: number): Copy | undefined {
    if (this.deferredOut.has(sequence)) return undefined;
    const copy = this.place.copies.deferred(this.scope, sequence);
    if (copy !== undefined) this.deferredOut.add(sequence);
    return copy;
  }

  /** Forgets a copy that was taken and is gone. */
  forget({ sequence }: Copy): void {
    this.deferredOut.delete(sequence);
  }

  /** Whether somebody has a deferred copy of it. */
  get hasDeferredOut(): boolean {
    return this.deferredOut.size > 0;
  }

  /** Notes the end of a ready copy; null is never. */
  noteExpiry(expiresAtMs: number | null): void {
    if (expiresAtMs !== null && expiresAtMs < this.nextExpiryMs) this.nextExpiryMs = expiresAtMs;
  }

  /** Whether a copy of it on disk is in memory as well, or was taken. */
  hasRead({ sequence }: Copy): boolean {
    return this.ready.hasRead(sequence);
  }

  /** Takes the copies in memory whose time is over, with the queue each is in. */
  takeExpired(nowMs: number): { queue: DeliveryQueue; copy: Copy }[] {
    return this.ready.takeExpired(nowMs).map((copy) => ({ queue: this, copy }));
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
    this.deferredOut.clear();
    this.nextExpiryMs = Infinity;
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
