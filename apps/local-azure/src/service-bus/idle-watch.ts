import type { GroupCommit } from '../storage/group-commit.js';
import type { Entities, Subscription, Topic } from './entities.js';
import type { EntityChanges } from './entity-changes.js';
import { durationMs } from './entity-description.js';
import type { EntityDescriptionStore } from './entity-description-store.js';
import { subscriptionUsedAtMs, topicUsedAtMs } from './entity-use.js';

const SWEEP_INTERVAL_MS = 500;
/** How often it is written when entities were last used; a crash forgets at most so much. */
const SAVE_INTERVAL_MS = 60_000;
/** After a start, who uses an entity has so long to come back, however long nobody did. */
const GRACE_MS = 60_000;

/** What watching for idleness needs. */
export interface IdleWatchContext {
  readonly entities: Entities;
  readonly changes: Pick<EntityChanges, 'delete'>;
  readonly descriptions: EntityDescriptionStore;
  readonly commits: GroupCommit;
}

/**
 * Deletes entities that were not used for as long as their `AutoDeleteOnIdle` says: topics and queues that nobody sent to,
 * received from, scheduled for or changed; subscriptions that nobody received from, peeked at or changed. Time without a
 * server counts, but for a minute after its start.
 */
export class IdleWatch {
  private readonly startedAtMs = Date.now();
  private savedAtMs = Date.now();
  private readonly deleting = new Set<Topic | Subscription>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly context: IdleWatchContext) {
    const used = new Map(context.descriptions.uses().map(({ id, usedAtMs }) => [id, usedAtMs]));
    for (const topic of context.entities.topics()) {
      topic.usedAtMs = used.get(topic.id) ?? 0;
      for (const { queue } of topic.subscriptions) queue.usedAtMs = used.get(queue.subscriptionId) ?? 0;
    }
    this.sweep();
    this.timer = setInterval(() => this.sweep(), SWEEP_INTERVAL_MS);
  }

  /** Ends the watch and writes, where there is room, when entities were last used. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.save().catch(() => undefined);
  }

  private sweep(): void {
    const nowMs = Date.now();
    for (const topic of this.context.entities.topics()) {
      for (const subscription of topic.subscriptions) {
        if (subscription.description.kind === 'subscription' && this.isIdle(subscription, nowMs)) {
          this.delete(subscription);
        }
      }
      if (this.isIdle(topic, nowMs)) this.delete(topic);
    }
    if (nowMs - this.savedAtMs >= SAVE_INTERVAL_MS) void this.save().catch(() => undefined);
  }

  private isIdle(entity: Topic | Subscription, nowMs: number): boolean {
    const limitMs = durationMs(entity.description.properties['AutoDeleteOnIdle'] ?? '');
    if (limitMs === undefined || this.deleting.has(entity)) return false;
    const isTopic = 'subscriptions' in entity;
    const usedAtMs = isTopic ? topicUsedAtMs(entity, nowMs) : subscriptionUsedAtMs(entity, nowMs);
    if (nowMs - usedAtMs < limitMs || nowMs - this.startedAtMs < Math.min(limitMs, GRACE_MS)) return false;
    return !isTopic || this.context.descriptions.scheduledCount(entity.id) === 0;
  }

  /** Deleted by somebody else just before is as good. */
  private delete(entity: Topic | Subscription): void {
    this.deleting.add(entity);
    const { topic, subscription } = entity.description;
    const done = (): boolean => this.deleting.delete(entity);
    this.context.changes.delete(topic, subscription).then(done, done);
  }

  private async save(): Promise<void> {
    const { entities, descriptions, commits } = this.context;
    this.savedAtMs = Date.now();
    const nowMs = this.savedAtMs;
    const uses = entities
      .topics()
      .flatMap((topic) => [
        { id: topic.id, usedAtMs: topicUsedAtMs(topic, nowMs) },
        ...topic.subscriptions
          .filter(({ description }) => description.kind === 'subscription')
          .map((one) => ({ id: one.queue.subscriptionId, usedAtMs: subscriptionUsedAtMs(one, nowMs) })),
      ]);
    await commits.submit(() => descriptions.saveUses(uses));
  }
}
