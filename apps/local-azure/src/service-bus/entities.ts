import type { TopicDeclaration } from '@ballast/contracts';
import type { BrokerStore } from './broker-store.js';
import { DeliveryQueue } from './delivery-queue.js';
import { DuplicateWindow } from './duplicate-window.js';
import { compileSqlFilter, type FilterSubject } from './sql-filter.js';

/** A topic that can be sent to. */
export interface Topic {
  readonly name: string;
  readonly id: number;
  readonly duplicates: DuplicateWindow;
  readonly subscriptions: readonly Subscription[];
}

/** What one consumer hears of a topic: the messages its filter lets through, and those that failed. */
export interface Subscription {
  readonly name: string;
  readonly matches: (subject: FilterSubject) => boolean;
  readonly queue: DeliveryQueue;
}

/** How long the entities lock a message and remember a message id. */
export interface EntitySettings {
  readonly lockDurationMs: number;
  readonly duplicateDetectionMs: number;
}

/** The declared topics and subscriptions with what the disk holds for them. Names are compared without case. */
export class Entities {
  private readonly topics = new Map<string, Topic>();

  /** Makes the entities that are new; throws `com.microsoft:argument-error` when a filter is none. */
  constructor(
    declarations: readonly TopicDeclaration[],
    private readonly store: BrokerStore,
    private readonly settings: EntitySettings,
  ) {
    for (const declaration of declarations) this.declare(declaration);
    this.load();
  }

  /** Undefined when there is no such topic. */
  topic(name: string): Topic | undefined {
    return this.topics.get(name.toLowerCase());
  }

  /** The queue of a subscription, or its dead-letter queue; undefined when there is no such subscription. */
  queue(topicName: string, subscriptionName: string, dead: boolean): DeliveryQueue | undefined {
    const wanted = subscriptionName.toLowerCase();
    const found = this.topic(topicName)?.subscriptions.find(({ name }) => name.toLowerCase() === wanted);
    return dead ? found?.queue.deadLetters : found?.queue;
  }

  /** Every queue, dead-letter queues too. */
  *queues(): Iterable<DeliveryQueue> {
    for (const { subscriptions } of this.topics.values()) {
      for (const { queue } of subscriptions) yield* [queue, queue.deadLetters!];
    }
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
}

function everything(): boolean {
  return true;
}
