import type { BrokerStore } from './broker-store.js';
import { DeliveryQueue } from './delivery-queue.js';
import { DuplicateWindow } from './duplicate-window.js';
import { policyOf, type QueueDeclaration, type QueuePolicy, type TopicOptions } from './queue-policy.js';
import { ServiceBusError } from './service-bus-error.js';
import { compileSqlFilter, type FilterSubject } from './sql-filter.js';

/** What can be sent to: a topic, or a queue, which is a topic with one subscription that has its name. */
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

/** What holds for every entity that does not say otherwise, and how long a topic remembers a message id. */
export interface EntitySettings {
  readonly policy: QueuePolicy;
  readonly duplicateDetectionMs: number;
}

/** What exists from the start. */
export interface EntityDeclarations {
  readonly topics: readonly TopicOptions[];
  readonly queues: readonly QueueDeclaration[];
}

/** The declared queues, topics and subscriptions with what the disk holds for them. Names are compared without case. */
export class Entities {
  /** Queues too. */
  private readonly topics = new Map<string, Topic>();
  private readonly queuesByName = new Map<string, DeliveryQueue>();

  /** Makes the entities that are new; throws `com.microsoft:argument-error` when a filter is none. */
  constructor(
    { topics, queues }: EntityDeclarations,
    private readonly store: BrokerStore,
    private readonly settings: EntitySettings,
  ) {
    for (const topic of topics) this.declareTopic(topic);
    for (const queue of queues) this.declareQueue(queue);
    this.load();
  }

  /** The topic or queue that a sender names; undefined when there is none. */
  topic(name: string): Topic | undefined {
    return this.topics.get(name.toLowerCase());
  }

  /** The queue of a subscription, or its dead-letter queue; undefined when there is no such subscription. */
  queue(topicName: string, subscriptionName: string, dead: boolean): DeliveryQueue | undefined {
    const wanted = subscriptionName.toLowerCase();
    const found = this.topic(topicName)?.subscriptions.find(({ name }) => name.toLowerCase() === wanted);
    return dead ? found?.queue.deadLetters : found?.queue;
  }

  /** Every topic and every queue. */
  sendTargets(): Iterable<Topic> {
    return this.topics.values();
  }

  /** A queue that is no subscription, or its dead-letter queue; undefined when there is no such queue. */
  plainQueue(name: string, dead: boolean): DeliveryQueue | undefined {
    const found = this.queuesByName.get(name.toLowerCase());
    return dead ? found?.deadLetters : found;
  }

  /** Every queue and subscription, dead-letter queues too. */
  *queues(): Iterable<DeliveryQueue> {
    for (const { subscriptions } of this.topics.values()) {
      for (const { queue } of subscriptions) yield* [queue, queue.deadLetters!];
    }
  }

  private declareTopic({ name, subscriptions }: TopicOptions): void {
    this.topics.set(name.toLowerCase(), {
      name,
      id: this.store.entityId(name.toLowerCase()),
      duplicates: new DuplicateWindow(this.settings.duplicateDetectionMs),
      subscriptions: subscriptions.map((subscription) => ({
        name: subscription.name,
        matches: subscription.sqlFilter === undefined ? everything : compileSqlFilter(subscription.sqlFilter),
        queue: this.deliveryQueue(`${name}/${subscription.name}`, `${name}/${subscription.name}`, subscription),
      })),
    });
  }

  private declareQueue(declaration: QueueDeclaration): void {
    const { name, detectsDuplicates = false } = declaration;
    const key = name.toLowerCase();
    if (this.topics.has(key)) throw new ServiceBusError('com.microsoft:argument-error', `'${name}' is declared twice.`);
    const queue = this.deliveryQueue(name, `queue:${name}`, declaration);
    this.queuesByName.set(key, queue);
    this.topics.set(key, {
      name,
      id: queue.subscriptionId,
      duplicates: new DuplicateWindow(detectsDuplicates ? this.settings.duplicateDetectionMs : 0),
      subscriptions: [{ name, matches: everything, queue }],
    });
  }

  /** `idPath` is what the disk knows it by: a queue may be called as the path of a subscription. */
  private deliveryQueue(path: string, idPath: string, declared: Partial<QueuePolicy>): DeliveryQueue {
    const id = this.store.entityId(idPath.toLowerCase());
    const policy = policyOf(declared, this.settings.policy);
    const dead = new DeliveryQueue(`${path}/$DeadLetterQueue`, id, undefined, policy);
    return new DeliveryQueue(path, id, dead, policy);
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
