import type { TopicDeclaration } from '@ballast/contracts';
import type { GroupCommit } from '../storage/group-commit.js';
import type { BrokerStore } from './broker-store.js';
import { DeliveryQueue, type Consumer } from './delivery-queue.js';
import { DuplicateWindow } from './duplicate-window.js';
import { newLockToken } from './lock-token.js';
import { encodeDelivery, type SentMessage } from './message-codec.js';
import { mergeApplicationProperties } from './message-sections.js';
import type { Copy } from './ready-queue.js';
import { ServiceBusError, lockLost } from './service-bus-error.js';
import { compileSqlFilter, type FilterSubject } from './sql-filter.js';

/** How messages are treated in every subscription. */
export interface BrokerSettings {
  readonly lockDurationMs: number;
  readonly maxDeliveryCount: number;
  readonly duplicateDetectionMs: number;
}

/** A topic that can be sent to. */
export interface Topic {
  readonly name: string;
  readonly id: number;
  readonly duplicates: DuplicateWindow;
  readonly subscriptions: readonly Subscription[];
}

interface Subscription {
  readonly name: string;
  readonly matches: (subject: FilterSubject) => boolean;
  readonly queue: DeliveryQueue;
}

/** What a receiver says of the message it gives up: the reason, a description, and properties to add. */
export interface DeadLetterReason {
  readonly reason?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** A message seen without taking it. */
export interface BrowsedMessage {
  readonly sequence: number;
  readonly bytes: Buffer;
}

/** How often message ids that left the duplicate window are removed from disk, in milliseconds. */
const FORGET_INTERVAL_MS = 60_000;

/**
 * Topics, subscriptions and their messages. What it promises has reached the disk before its promise resolves; locks
 * live in memory only, so a restart makes every message ready again with the delivery count it had.
 */
export class Broker {
  private readonly topics = new Map<string, Topic>();
  private forgottenAtMs = Date.now();
  private closed = false;

  constructor(
    declarations: readonly TopicDeclaration[],
    private readonly store: BrokerStore,
    private readonly commits: GroupCommit,
    private readonly settings: BrokerSettings,
  ) {
    for (const declaration of declarations) this.declare(declaration);
    this.load();
  }

  /** The topic, by a name without regard to case; undefined when there is none. */
  topic(name: string): Topic | undefined {
    return this.topics.get(name.toLowerCase());
  }

  /** The queue of a subscription, or its dead-letter queue; undefined when there is no such subscription. */
  queue(topicName: string, subscriptionName: string, dead: boolean): DeliveryQueue | undefined {
    const wanted = subscriptionName.toLowerCase();
    const found = this.topic(topicName)?.subscriptions.find(({ name }) => name.toLowerCase() === wanted);
    return dead ? found?.queue.deadLetters : found?.queue;
  }

  /** Stores all messages or none; those whose id was sent within the window are dropped. Resolves when on disk. */
  async publish(topic: Topic, messages: readonly SentMessage[]): Promise<void> {
    const nowMs = Date.now();
    const routed = messages.map((sent) => ({
      sent,
      to: topic.subscriptions.filter(({ matches }) => matches(sent)).map(({ queue }) => queue),
      times: { enqueuedAtMs: nowMs, expiresAtMs: expiryMs(sent, nowMs) },
    }));
    const admitted: string[] = [];
    let sequences: (number | undefined)[];
    try {
      sequences = await this.commits.submit(() => {
        this.forgetMessageIds(nowMs);
        return routed.map(({ sent, to, times }) => {
          if (!topic.duplicates.admit(sent.messageId, nowMs)) return undefined;
          admitted.push(sent.messageId);
          const subscriptions = to.map(({ subscriptionId }) => subscriptionId);
          return this.store.insert(topic.id, sent, subscriptions, times);
        });
      });
    } catch (error) {
      for (const messageId of admitted) topic.duplicates.retract(messageId);
      this.store.undoReservation();
      throw error;
    }
    const reached = new Set<DeliveryQueue>();
    routed.forEach(({ sent, to, times }, index) => {
      const sequence = sequences[index];
      if (sequence === undefined || to.length === 0) return;
      this.store.remember(sequence, { ...sent, enqueuedAtMs: nowMs }, to.length);
      for (const queue of to) {
        reached.add(queue);
        queue.ready.add(freshCopy(sequence, times.expiresAtMs));
      }
    });
    for (const queue of reached) this.pump(queue);
  }

  /** Hands ready messages to the consumers that have room. */
  pump(queue: DeliveryQueue): void {
    const nowMs = Date.now();
    while (!this.closed && queue.ready.size > 0) {
      const consumer = queue.nextConsumer();
      if (consumer === undefined) return;
      const copy = queue.ready.take()!;
      if (!queue.isDeadLetter && copy.expiresAtMs !== null && copy.expiresAtMs <= nowMs) this.expire(queue, copy);
      else if (consumer.receiveAndDelete) this.deliverRemoved(queue, copy, consumer);
      else this.deliverLocked(queue, copy, consumer, nowMs);
    }
  }

  /** Removes a locked message. Throws lock-lost when the lock is gone. */
  async complete(queue: DeliveryQueue, token: Uint8Array): Promise<void> {
    const copy = this.release(queue, token);
    await this.settled(queue, copy, () => this.store.deleteCopy(queue.subscriptionId, copy));
  }

  /** Gives a locked message back, counted as a failed delivery. Throws lock-lost when the lock is gone. */
  async abandon(queue: DeliveryQueue, token: Uint8Array, changes?: Readonly<Record<string, unknown>>): Promise<void> {
    await this.giveBack(queue, this.release(queue, token), changes ?? {});
  }

  /** Moves a locked message to the dead-letter queue. Throws lock-lost, or not-allowed when it is there already. */
  async deadLetter(queue: DeliveryQueue, token: Uint8Array, why: DeadLetterReason): Promise<void> {
    if (queue.deadLetters === undefined) {
      throw new ServiceBusError('amqp:not-allowed', 'A message of a dead-letter queue cannot be dead-lettered again.');
    }
    const copy = this.release(queue, token);
    await this.bury(queue, copy, copy.deliveryCount, {
      ...why.properties,
      ...(why.reason === undefined ? {} : { DeadLetterReason: why.reason }),
      ...(why.description === undefined ? {} : { DeadLetterErrorDescription: why.description }),
    });
  }

  /** Makes a lock last its full duration from now and gives its end in Unix milliseconds. Throws lock-lost. */
  renew(queue: DeliveryQueue, token: Uint8Array): number {
    const lockedUntilMs = queue.locks.renew(token, Date.now());
    if (lockedUntilMs === undefined) throw lockLost();
    return lockedUntilMs;
  }

  /** Messages of a queue by sequence number, locked ones too, encoded without a lock. */
  browse(queue: DeliveryQueue, fromSequence: number, countMax: number): BrowsedMessage[] {
    return this.store
      .browse(queue.subscriptionId, queue.isDeadLetter, fromSequence, countMax)
      .map((copy) => ({ sequence: copy.sequence, bytes: this.encode(copy) }));
  }

  /** Stops handing out messages and every timer, and writes what is left to write. */
  async close(): Promise<void> {
    this.closed = true;
    for (const queue of this.queues()) clearTimeout(queue.expiryTimer);
    const saved = this.commits.submit(() => this.store.saveSequence());
    await this.commits.flush();
    await saved;
  }

  private declare({ name, subscriptions }: TopicDeclaration): void {
    this.topics.set(name.toLowerCase(), {
      name,
      id: this.store.entityId(name.toLowerCase()),
      duplicates: new DuplicateWindow(this.settings.duplicateDetectionMs),
      subscriptions: subscriptions.map((subscription) => {
        const path = `${name}/${subscription.name}`;
        const id = this.store.entityId(path.toLowerCase());
        const { lockDurationMs } = this.settings;
        const dead = new DeliveryQueue(`${path}/$DeadLetterQueue`, id, undefined, lockDurationMs);
        const matches = subscription.sqlFilter === undefined ? everything : compileSqlFilter(subscription.sqlFilter);
        return { name: subscription.name, matches, queue: new DeliveryQueue(path, id, dead, lockDurationMs) };
      }),
    });
  }

  private load(): void {
    const queues = new Map<string, DeliveryQueue>();
    for (const queue of this.queues()) queues.set(`${queue.subscriptionId} ${queue.isDeadLetter}`, queue);
    for (const { subscription, dead, copy } of this.store.loadCopies()) {
      queues.get(`${subscription} ${dead}`)?.ready.add(copy);
    }
    const topics = new Map([...this.topics.values()].map((topic) => [topic.id, topic]));
    const sinceMs = Date.now() - this.settings.duplicateDetectionMs;
    for (const { topic, messageId, sentAtMs } of this.store.loadRecentMessageIds(sinceMs)) {
      topics.get(topic)?.duplicates.admit(messageId, sentAtMs);
    }
  }

  private *queues(): Iterable<DeliveryQueue> {
    for (const { subscriptions } of this.topics.values()) {
      for (const { queue } of subscriptions) yield* [queue, queue.deadLetters!];
    }
  }

  private forgetMessageIds(nowMs: number): void {
    if (nowMs - this.forgottenAtMs < FORGET_INTERVAL_MS) return;
    this.forgottenAtMs = nowMs;
    this.store.forgetMessageIds(nowMs - this.settings.duplicateDetectionMs);
  }

  private deliverLocked(queue: DeliveryQueue, copy: Copy, consumer: Consumer, nowMs: number): void {
    const { token, lockedUntilMs } = queue.locks.lock(newLockToken(), copy, nowMs);
    consumer.deliver(this.encode(copy, lockedUntilMs), token);
    this.watchLocks(queue);
  }

  private deliverRemoved(queue: DeliveryQueue, copy: Copy, consumer: Consumer): void {
    const bytes = this.encode(copy);
    consumer.reserve();
    const removed = this.settled(queue, copy, () => this.store.deleteCopy(queue.subscriptionId, copy));
    removed.then(
      () => consumer.deliver(bytes),
      () => consumer.deliver(undefined),
    );
  }

  private expire(queue: DeliveryQueue, copy: Copy): void {
    this.settled(queue, copy, () => this.store.deleteCopy(queue.subscriptionId, copy)).catch(ignored);
  }

  private encode(copy: Copy, lockedUntilMs?: number): Buffer {
    return encodeDelivery(this.store.message(copy.message), {
      sequence: copy.sequence,
      enqueuedSequence: copy.message,
      deliveryCount: copy.deliveryCount,
      applicationProperties: copy.applicationProperties,
      ...(lockedUntilMs === undefined ? {} : { lockedUntilMs }),
    });
  }

  private release(queue: DeliveryQueue, token: Uint8Array): Copy {
    const copy = queue.locks.release(token, Date.now());
    if (copy === undefined) throw lockLost();
    return copy;
  }

  /** Writes the end of a delivery; a copy whose end could not be written is ready again. */
  private async settled(queue: DeliveryQueue, copy: Copy, write: () => void): Promise<void> {
    try {
      await this.commits.submit(write);
    } catch (error) {
      queue.ready.add(copy);
      throw error;
    }
  }

  private async giveBack(queue: DeliveryQueue, copy: Copy, changes: Readonly<Record<string, unknown>>): Promise<void> {
    const deliveryCount = copy.deliveryCount + (queue.isDeadLetter ? 0 : 1);
    if (!queue.isDeadLetter && deliveryCount >= this.settings.maxDeliveryCount) {
      const DeadLetterErrorDescription = `Message could not be consumed after ${deliveryCount} delivery attempts.`;
      const reason = { DeadLetterReason: 'MaxDeliveryCountExceeded', DeadLetterErrorDescription };
      await this.bury(queue, copy, deliveryCount, { ...changes, ...reason });
      return;
    }
    await this.rewrite(queue, copy, queue, { deliveryCount, changes });
  }

  private async bury(queue: DeliveryQueue, copy: Copy, deliveryCount: number, changes: Record<string, unknown>) {
    await this.rewrite(queue, copy, queue.deadLetters!, { deliveryCount, changes });
  }

  private async rewrite(from: DeliveryQueue, copy: Copy, to: DeliveryQueue, what: Rewrite): Promise<void> {
    const rewritten = {
      ...copy,
      deliveryCount: what.deliveryCount,
      applicationProperties: this.changedProperties(copy, what.changes),
    };
    await this.settled(from, copy, () => this.store.updateCopy(from.subscriptionId, rewritten, to.isDeadLetter));
    to.ready.add(rewritten);
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
    for (const copy of queue.locks.takeExpired(Date.now())) this.giveBack(queue, copy, {}).catch(ignored);
    this.watchLocks(queue);
  }
}

interface Rewrite {
  readonly deliveryCount: number;
  readonly changes: Readonly<Record<string, unknown>>;
}

function freshCopy(sequence: number, expiresAtMs: number | null): Copy {
  return { sequence, message: sequence, deliveryCount: 0, expiresAtMs, applicationProperties: null };
}

function expiryMs({ ttlMs, absoluteExpiryMs }: SentMessage, nowMs: number): number | null {
  const byTtl = ttlMs === null ? null : nowMs + ttlMs;
  if (byTtl === null || absoluteExpiryMs === null) return byTtl ?? absoluteExpiryMs;
  return Math.min(byTtl, absoluteExpiryMs);
}

function everything(): boolean {
  return true;
}

/** The copy is ready again by then; the next delivery tries anew. */
function ignored(): void {}
