import type { Faults } from '../faults/faults.js';
import type { GroupCommit } from '../storage/group-commit.js';
import type { BrokerStore } from './broker-store.js';
import { CopyMoves } from './copy-moves.js';
import { Deliveries } from './deliveries.js';
import type { DeliveryQueue } from './delivery-queue.js';
import type { Entities, Topic } from './entities.js';
import { Forwarding } from './forwarding.js';
import type { BrowsedMessage, SentMessage } from './message-codec.js';
import { MessageIntake } from './message-intake.js';
import { checkMessageSize } from './message-size.js';
import { Scheduling, type Enqueue } from './scheduling.js';
import { SessionQueue } from './session-entity.js';
import { browseSession, refuseSessionless } from './session-messages.js';
import { Settlement } from './settlement.js';

/**
 * Queues, topics, subscriptions and their messages. What it promises has reached the disk before its promise resolves; locks
 * live in memory only, so a restart makes every message ready again with the delivery count it had.
 */
export class Broker {
  /** The messages that are to be taken in later. */
  readonly scheduling: Scheduling;
  readonly deliveries: Deliveries;
  readonly settlement: Settlement;
  private readonly intake: MessageIntake;
  private readonly forwarding: Forwarding;

  constructor(
    private readonly entities: Entities,
    private readonly store: BrokerStore,
    private readonly commits: GroupCommit,
    faults: Faults,
  ) {
    this.intake = new MessageIntake(store, commits, entities);
    const moves = new CopyMoves(store, commits, (queue) => this.deliveries.pump(queue));
    this.deliveries = new Deliveries(store, moves, (queue) => this.forwarding.pump(queue), faults);
    this.forwarding = new Forwarding({
      store,
      moves,
      target: (name) => entities.topic(name),
      publish: (topic, messages, also) => this.publish(topic, messages, also),
      encode: (copy) => this.deliveries.encode(copy),
    });
    this.settlement = new Settlement(moves, faults);
    const enqueue: Enqueue = (topic, messages, also) => this.take(topic, messages, also);
    this.scheduling = new Scheduling(() => entities.sendTargets(), store, commits, enqueue);
    this.scheduling.arm();
    for (const queue of entities.queues()) this.deliveries.pump(queue);
  }

  /**
   * Stores all messages or none; those whose id was sent within the window are dropped. Resolves when on disk. `also` is
   * written in the same transaction, before them. Throws message-size-exceeded, quota-exceeded or not-allowed.
   */
  async publish(topic: Topic, messages: readonly SentMessage[], also?: () => void): Promise<void> {
    topic.usedAtMs = Date.now();
    for (const { bare } of messages) checkMessageSize(bare.length, topic.limits);
    const bytes = messages.reduce((sum, { bare }) => sum + bare.length, 0);
    const settled = this.store.quota.admit(topic, bytes);
    await this.take(topic, messages, also).finally(settled);
  }

  /** Messages of a queue by sequence number, locked and scheduled ones too, encoded without a lock. */
  browse(queue: DeliveryQueue, fromSequence: number, countMax: number): BrowsedMessage[] {
    const range = { fromSequence, countMax };
    const stored = this.store.copies
      .browse(queue.scope, range)
      .map((copy) => ({ sequence: copy.sequence, bytes: this.deliveries.encode(copy) }));
    if (queue.isDeadLetter) return stored;
    const browseScheduled = (from: number, max: number) => this.scheduling.browse(queue.subscriptionId, from, max);
    const scheduled =
      queue instanceof SessionQueue
        ? browseSession(queue.sessionId, browseScheduled, range)
        : browseScheduled(fromSequence, countMax);
    return [...stored, ...scheduled].sort((a, b) => a.sequence - b.sequence).slice(0, countMax);
  }

  /** Resolves when what was asked for before is on disk or was refused, and its messages are where they belong. */
  async whenWritten(): Promise<void> {
    await this.commits.submit(() => undefined).catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Resolves when everything asked for so far is on disk or was refused. */
  async flush(): Promise<void> {
    await this.commits.flush();
  }

  /** Stops handing out messages and every timer, and writes what is left to write. */
  async close(): Promise<void> {
    this.scheduling.close();
    this.forwarding.close();
    this.deliveries.close(this.entities.queues());
    // Where there is no room for it, the next start skips the numbers that were set aside.
    const saved = this.commits.submit(() => this.store.saveSequence()).catch(() => undefined);
    await this.commits.flush();
    await saved;
    // What is still to be told reads nothing from the file, which may be closed by then.
    for (const queue of this.entities.queues()) queue.clear();
  }

  /** What was scheduled is taken in even where there is no room: it was counted before. */
  private async take(topic: Topic, messages: readonly SentMessage[], also?: () => void): Promise<void> {
    refuseSessionless(topic, messages);
    const filled = await this.intake.take(topic, messages, also);
    if (messages.some(({ scheduledAtMs }) => scheduledAtMs !== null)) this.scheduling.arm();
    for (const queue of filled) this.deliveries.pump(queue);
  }
}
