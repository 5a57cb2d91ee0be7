import type { GroupCommit } from '../storage/group-commit.js';
import type { BrokerStore } from './broker-store.js';
import type { Consumer, DeliveryQueue } from './delivery-queue.js';
import type { Entities, Topic } from './entities.js';
import { deadLetterProperties, tooManyDeliveries, type DeadLetterReason } from './dead-letter-reason.js';
import { takeDeferred, type DeferredDelivery } from './deferral.js';
import { EXPIRED, ExpiryWatch, hasExpired } from './expiry.js';
import { newLockToken } from './lock-token.js';
import { encodeDelivery, type BrowsedMessage, type SentMessage } from './message-codec.js';
import { MessageIntake } from './message-intake.js';
import { mergeApplicationProperties } from './message-sections.js';
import type { Copy } from './ready-queue.js';
import { Scheduling, type Enqueue } from './scheduling.js';
import { ServiceBusError, lockLost, notSupported } from './service-bus-error.js';
import { SessionEntity, SessionQueue } from './session-entity.js';
import { browseSession, refuseSessionless, WITHOUT_SESSION } from './session-messages.js';

/**
 * Queues, topics, subscriptions and their messages. What it promises has reached the disk before its promise resolves; locks
 * live in memory only, so a restart makes every message ready again with the delivery count it had.
 */
export class Broker {
  /** The messages that are to be taken in later. */
  readonly scheduling: Scheduling;
  private readonly intake: MessageIntake;
  private readonly expiry = new ExpiryWatch((queue, copy) => this.expire(queue, copy));
  private closed = false;

  constructor(
    private readonly entities: Entities,
    private readonly store: BrokerStore,
    private readonly commits: GroupCommit,
  ) {
    this.intake = new MessageIntake(store, commits, entities);
    const enqueue: Enqueue = (topic, messages, also) => this.publish(topic, messages, also);
    this.scheduling = new Scheduling(() => entities.sendTargets(), store, commits, enqueue);
    this.scheduling.arm();
    for (const queue of entities.queues()) this.pump(queue);
  }

  /**
   * Stores all messages or none; those whose id was sent within the window are dropped. Resolves when on disk. `also` is
   * written in the same transaction, before them.
   */
  async publish(topic: Topic, messages: readonly SentMessage[], also?: () => void): Promise<void> {
    refuseSessionless(topic, messages);
    const arrivals = await this.intake.take(topic, messages, also);
    if (messages.some(({ scheduledAtMs }) => scheduledAtMs !== null)) this.scheduling.arm();
    for (const { queue, copy } of arrivals) queue.ready.add(copy);
    for (const queue of new Set(arrivals.map((arrival) => arrival.queue))) this.pump(queue);
  }

  /** Hands ready messages to the consumers that have room. */
  pump(queue: DeliveryQueue): void {
    if (queue instanceof SessionEntity) return this.pumpSessions(queue);
    this.expiry.watch(queue);
    const nowMs = Date.now();
    while (!this.closed && queue.ready.size > 0) {
      const consumer = queue.nextConsumer();
      if (consumer === undefined) return;
      const copy = queue.ready.take()!;
      if (hasExpired(queue, copy, nowMs)) this.expire(queue, copy);
      else if (consumer.receiveAndDelete) this.deliverRemoved(queue, copy, consumer);
      else this.deliverLocked(queue, copy, consumer, nowMs);
    }
  }

  /** Removes a locked message. Throws lock-lost when the lock is gone. */
  async complete(queue: DeliveryQueue, token: Uint8Array): Promise<void> {
    const copy = this.release(queue, token);
    await this.remove(queue, copy);
  }

  /** Gives a locked message back, counted as a failed delivery. Throws lock-lost when the lock is gone. */
  async abandon(queue: DeliveryQueue, token: Uint8Array, changes?: Readonly<Record<string, unknown>>): Promise<void> {
    await this.giveBack(queue, this.release(queue, token), changes ?? {});
  }

  /** Sets a locked message aside, counted as a failed delivery, for who asks for its number. Throws lock-lost. */
  async defer(queue: DeliveryQueue, token: Uint8Array, changes: Readonly<Record<string, unknown>>): Promise<void> {
    if (queue instanceof SessionQueue) throw notSupported('Deferring a message of a session is');
    const copy = this.release(queue, token);
    const deliveryCount = copy.deliveryCount + (queue.isDeadLetter ? 0 : 1);
    await this.rewrite(queue, copy, queue, { deliveryCount, changes, deferred: true });
  }

  /** Gives deferred messages, locked or, if `removing`, gone. Throws message-not-found when one is not there. */
  async receiveDeferred(
    queue: DeliveryQueue,
    sequences: readonly number[],
    removing: boolean,
  ): Promise<DeferredDelivery[]> {
    const copies = takeDeferred(queue, sequences);
    if (removing) {
      const received = copies.map((copy) => ({ bytes: this.encode(copy) }));
      await Promise.all(copies.map((copy) => this.remove(queue, copy)));
      return received;
    }
    return copies.map((copy) => {
      const { token, lockedUntilMs } = queue.locks.lock(newLockToken(), copy, Date.now());
      this.watchLocks(queue);
      return { bytes: this.encode(copy, lockedUntilMs), token };
    });
  }

  /** Moves a locked message to the dead-letter queue. Throws lock-lost, or not-allowed when it is there already. */
  async deadLetter(queue: DeliveryQueue, token: Uint8Array, why: DeadLetterReason): Promise<void> {
    if (queue.deadLetters === undefined) {
      throw new ServiceBusError('amqp:not-allowed', 'A message of a dead-letter queue cannot be dead-lettered again.');
    }
    const copy = this.release(queue, token);
    await this.bury(queue, copy, copy.deliveryCount, deadLetterProperties(why));
  }

  /** Makes a lock last its full duration from now and gives its end in Unix milliseconds. Throws lock-lost. */
  renew(queue: DeliveryQueue, token: Uint8Array): number {
    const lockedUntilMs = queue.locks.renew(token, Date.now());
    if (lockedUntilMs === undefined) throw lockLost();
    return lockedUntilMs;
  }

  /** Messages of a queue by sequence number, locked and scheduled ones too, encoded without a lock. */
  browse(queue: DeliveryQueue, fromSequence: number, countMax: number): BrowsedMessage[] {
    if (queue instanceof SessionQueue) {
      const read = (from: number, max: number) => this.browse(queue.entity, from, max);
      return browseSession(queue.sessionId, read, { fromSequence, countMax });
    }
    const stored = this.store
      .browse(queue.subscriptionId, queue.isDeadLetter, fromSequence, countMax)
      .map((copy) => ({ sequence: copy.sequence, bytes: this.encode(copy) }));
    if (queue.isDeadLetter) return stored;
    const scheduled = this.scheduling.browse(queue.subscriptionId, fromSequence, countMax);
    return [...stored, ...scheduled].sort((a, b) => a.sequence - b.sequence).slice(0, countMax);
  }

  /** Gives back what a receiver held too long; each counts as a failed delivery. */
  countFailed(queue: DeliveryQueue, copies: readonly Copy[]): void {
    for (const copy of copies) this.giveBack(queue, copy, {}).catch(ignored);
  }

  /** Resolves when what was asked for before is on disk or was refused, and its messages are where they belong. */
  async whenWritten(): Promise<void> {
    await this.commits.submit(() => undefined).catch(ignored);
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Resolves when everything asked for so far is on disk or was refused. */
  async flush(): Promise<void> {
    await this.commits.flush();
  }

  /** Stops handing out messages and every timer, and writes what is left to write. */
  async close(): Promise<void> {
    this.closed = true;
    this.scheduling.close();
    this.expiry.close();
    for (const queue of this.entities.queues()) clearTimeout(queue.expiryTimer);
    const saved = this.commits.submit(() => this.store.saveSequence());
    await this.commits.flush();
    await saved;
  }

  private pumpSessions(entity: SessionEntity): void {
    for (const copy of entity.takeSessionless()) {
      this.bury(entity, copy, copy.deliveryCount, WITHOUT_SESSION).catch(ignored);
    }
    for (const session of entity.takeArrivedIn()) this.pump(session);
    entity.serveWaiting();
  }

  private deliverLocked(queue: DeliveryQueue, copy: Copy, consumer: Consumer, nowMs: number): void {
    const { token, lockedUntilMs } = queue.locks.lock(newLockToken(), copy, nowMs);
    consumer.deliver(this.encode(copy, lockedUntilMs), token);
    this.watchLocks(queue);
  }

  private deliverRemoved(queue: DeliveryQueue, copy: Copy, consumer: Consumer): void {
    const bytes = this.encode(copy);
    consumer.reserve();
    this.remove(queue, copy).then(
      () => consumer.deliver(bytes),
      () => consumer.deliver(undefined),
    );
  }

  private encode(copy: Copy, lockedUntilMs?: number): Buffer {
    return encodeDelivery(this.store.message(copy.message), {
      sequence: copy.sequence,
      enqueuedSequence: copy.message,
      deliveryCount: copy.deliveryCount,
      deferred: copy.deferred === true,
      applicationProperties: copy.applicationProperties,
      ...(lockedUntilMs === undefined ? {} : { lockedUntilMs }),
    });
  }

  private release(queue: DeliveryQueue, token: Uint8Array): Copy {
    const copy = queue.locks.release(token, Date.now());
    if (copy === undefined) throw lockLost();
    return copy;
  }

  private async remove(queue: DeliveryQueue, copy: Copy): Promise<void> {
    try {
      await this.written(queue, copy, () => this.store.deleteCopy(queue.subscriptionId, copy));
    } catch (error) {
      this.store.undoDelete(copy);
      throw error;
    }
  }

  /** Writes the end of a delivery; a copy whose end could not be written is ready again. */
  private async written(queue: DeliveryQueue, copy: Copy, write: () => void): Promise<void> {
    try {
      await this.commits.submit(write);
    } catch (error) {
      queue.place(copy);
      throw error;
    }
  }

  private async giveBack(queue: DeliveryQueue, copy: Copy, changes: Readonly<Record<string, unknown>>): Promise<void> {
    const deliveryCount = copy.deliveryCount + (queue.isDeadLetter ? 0 : 1);
    if (!queue.isDeadLetter && deliveryCount >= queue.policy.maxDeliveryCount) {
      const why = deadLetterProperties({ ...tooManyDeliveries(deliveryCount), properties: changes });
      await this.bury(queue, copy, deliveryCount, why);
      return;
    }
    await this.rewrite(queue, copy, queue, { deliveryCount, changes, deferred: copy.deferred === true });
  }

  private expire(queue: DeliveryQueue, copy: Copy): void {
    const ended = queue.policy.deadLettersExpired
      ? this.bury(queue, copy, copy.deliveryCount, EXPIRED)
      : this.remove(queue, copy);
    ended.catch(ignored);
  }

  private async bury(
    queue: DeliveryQueue,
    copy: Copy,
    deliveryCount: number,
    changes: Readonly<Record<string, unknown>>,
  ) {
    await this.rewrite(queue, copy, queue.deadLetters!, { deliveryCount, changes, deferred: false });
  }

  private async rewrite(from: DeliveryQueue, copy: Copy, to: DeliveryQueue, what: Rewrite): Promise<void> {
    let rewritten = copy;
    await this.written(from, copy, () => {
      const applicationProperties = this.changedProperties(copy, what.changes);
      const { deliveryCount, deferred } = what;
      rewritten = { ...copy, deliveryCount, deferred, applicationProperties };
      this.store.updateCopy(from.subscriptionId, rewritten, to.isDeadLetter);
    });
    to.place(rewritten);
    this.pump(to);
  }

  private changedProperties(copy: Copy, changes: Readonly<Record<string, unknown>>): Uint8Array | null {
    if (Object.keys(changes).length === 0) return copy.applicationProperties;
    const current = copy.applicationProperties ?? this.store.message(copy.message).bare;
    return mergeApplicationProperties(Buffer.from(current), changes);
  }

  private watchLocks(queue: DeliveryQueue): void {
    if (queue.expiryTimer !== undefined || this.closed) return;
    const nextMs = queue.locks.nextExpiryMs;
    if (nextMs === undefined) return;
    queue.expiryTimer = setTimeout(() => this.expireLocks(queue), Math.max(1, nextMs - Date.now()));
  }

  private expireLocks(queue: DeliveryQueue): void {
    queue.expiryTimer = undefined;
    this.countFailed(queue, queue.locks.takeExpired(Date.now()));
    this.watchLocks(queue);
  }
}

interface Rewrite {
  readonly deliveryCount: number;
  readonly changes: Readonly<Record<string, unknown>>;
  readonly deferred: boolean;
}

/** The copy is ready again by then; the next delivery tries anew. */
function ignored(): void {}
