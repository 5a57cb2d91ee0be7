import type { Faults } from '../faults/faults.js';
import type { BrokerStore } from './broker-store.js';
import { BUS_FAULT } from './bus-faults.js';
import type { CopyMoves } from './copy-moves.js';
import { takeDeferred, type DeferredDelivery } from './deferral.js';
import type { Consumer, DeliveryQueue } from './delivery-queue.js';
import { ExpiryWatch, hasExpired } from './expiry.js';
import { newLockToken } from './lock-token.js';
import { LockWatch } from './lock-watch.js';
import { encodeDelivery } from './message-codec.js';
import type { Copy } from './ready-queue.js';
import { SessionEntity, SessionQueue } from './session-entity.js';
import { WITHOUT_SESSION } from './session-messages.js';

/** Hands messages out: to the consumers that have room, and by number to who deferred them. */
export class Deliveries {
  private readonly expiry = new ExpiryWatch({
    expire: (queue, copy) => void this.moves.expire(queue, copy).catch(ignored),
    expireStored: (queue, nowMs) => this.moves.expireStored(queue, nowMs),
  });
  private readonly lockWatch = new LockWatch((queue, copies) => this.countFailed(queue, copies));
  private closed = false;

  constructor(
    private readonly store: BrokerStore,
    private readonly moves: CopyMoves,
    private readonly forward: (queue: DeliveryQueue) => void,
    private readonly faults: Faults,
  ) {}

  /** Hands ready messages to the consumers that have room, or to where they are forwarded. */
  pump(queue: DeliveryQueue): void {
    if (queue instanceof SessionEntity) return this.pumpSessions(queue);
    this.expiry.watch(queue instanceof SessionQueue ? queue.entity : queue);
    if (this.faults.stands(BUS_FAULT.pause, queue.name)) return;
    if (queue.forwarding !== undefined) return this.forward(queue);
    const nowMs = Date.now();
    while (!this.closed && queue.isReceivedFrom && !queue.ready.isEmpty) {
      const consumer = queue.nextConsumer();
      if (consumer === undefined) return;
      const copy = queue.ready.take()!;
      if (hasExpired(queue, copy, nowMs)) this.moves.expire(queue, copy).catch(ignored);
      else if (consumer.receiveAndDelete) this.deliverRemoved(queue, copy, consumer);
      else this.deliverLocked(queue, copy, consumer, nowMs);
    }
  }

  /** Gives deferred messages, locked or, if `removing`, gone. Throws message-not-found when one is not there. */
  async receiveDeferred(
    queue: DeliveryQueue,
    sequences: readonly number[],
    removing: boolean,
  ): Promise<DeferredDelivery[]> {
    const copies = takeDeferred(queue, sequences, (copy) => void this.moves.expire(queue, copy).catch(ignored));
    if (removing) {
      const received = copies.map((copy) => ({ bytes: this.encode(copy) }));
      await Promise.all(copies.map((copy) => this.moves.remove(queue, copy)));
      return received;
    }
    return copies.map((copy) => {
      const { token, lockedUntilMs } = queue.locks.lock(newLockToken(), copy, Date.now());
      this.lockWatch.watch(queue);
      return { bytes: this.encode(copy, lockedUntilMs), token };
    });
  }

  /** Removes so many of the ready messages that came before a moment, oldest first, and tells how many there were. */
  async deleteReady(queue: DeliveryQueue, countMax: number, enqueuedBeforeMs: number): Promise<number> {
    const removed: Promise<void>[] = [];
    while (removed.length < countMax) {
      const copy = queue.ready.take();
      if (copy === undefined) break;
      if (this.store.message(copy.message).enqueuedAtMs >= enqueuedBeforeMs) {
        queue.put(copy);
        break;
      }
      removed.push(this.moves.remove(queue, copy));
    }
    await Promise.all(removed);
    return removed.length;
  }

  /** Gives back what a receiver held too long; each counts as a failed delivery. */
  countFailed(queue: DeliveryQueue, copies: readonly Copy[]): void {
    for (const copy of copies) this.moves.giveBack(queue, copy, {}).catch(ignored);
  }

  /** A copy as its receiver gets it, or, without a lock, as it is seen by peeking. */
  encode(copy: Copy, lockedUntilMs?: number): Buffer {
    return encodeDelivery(this.store.message(copy.message), {
      sequence: copy.sequence,
      enqueuedSequence: copy.message,
      deliveryCount: copy.deliveryCount,
      deferred: copy.deferred,
      applicationProperties: copy.applicationProperties,
      ...(lockedUntilMs === undefined ? {} : { lockedUntilMs }),
    });
  }

  /** Hands nothing out any more and ends the timers of these queues. */
  close(queues: Iterable<DeliveryQueue>): void {
    this.closed = true;
    this.expiry.close();
    this.lockWatch.close(queues);
    this.moves.close();
  }

  private pumpSessions(entity: SessionEntity): void {
    for (const copy of entity.takeSessionless()) this.moves.bury(entity, copy, WITHOUT_SESSION).catch(ignored);
    this.expiry.watch(entity);
    for (const session of entity.takeArrivedIn()) this.pump(session);
    entity.serveWaiting();
  }

  private deliverLocked(queue: DeliveryQueue, copy: Copy, consumer: Consumer, nowMs: number): void {
    const { token, lockedUntilMs } = queue.locks.lock(newLockToken(), copy, nowMs);
    consumer.deliver(this.encode(copy, lockedUntilMs), token);
    this.lockWatch.watch(queue);
  }

  private deliverRemoved(queue: DeliveryQueue, copy: Copy, consumer: Consumer): void {
    const bytes = this.encode(copy);
    consumer.reserve();
    this.moves.remove(queue, copy).then(
      () => consumer.deliver(bytes),
      () => consumer.deliver(undefined),
    );
  }
}

/** The copy is where it was by then; the next delivery tries anew. */
function ignored(): void {}
