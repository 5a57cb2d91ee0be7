import type { BrokerStore } from './broker-store.js';
import { PART, type QueuePart } from './copy-rows.js';
import { DeliveryQueue, type QueuePlace } from './delivery-queue.js';
import { DuplicateWindow } from './duplicate-window.js';
import { declaredDescriptions, declaredLimits, declaredPolicies } from './declared-entities.js';
import { idPath, samePath, statusOf, type EntityDescription } from './entity-description.js';
import type { EntityDescriptionStore } from './entity-description-store.js';
import { policyFrom, policyOf, SERVICE_POLICY, type EntityDeclarations, type QueuePolicy } from './queue-policy.js';
import { prepareQueue } from './queue-preparation.js';
import { compileRule, DEFAULT_RULE, type Rule } from './rules.js';
import type { ServiceBusError } from './service-bus-error.js';
import { SessionEntity } from './session-entity.js';
import type { SizeLimits } from './message-size.js';
import { topicSettings, type TopicSettings } from './topic-settings.js';

/** What can be sent to: a topic, or a queue, which is a topic with one subscription that has its name. */
export interface Topic extends TopicSettings {
  readonly name: string;
  readonly id: number;
  readonly duplicates: DuplicateWindow;
  description: EntityDescription;
  /** When something was last sent to it, as far as known; 0 is not. */
  usedAtMs: number;
  /** Ends the links of those who send to it. */
  readonly senders: Set<(reason: ServiceBusError) => void>;
  subscriptions: readonly Subscription[];
}

/** What one consumer hears of a topic: the messages its rules let through, and those that failed. */
export interface Subscription {
  readonly name: string;
  description: EntityDescription;
  rules: readonly Rule[];
  readonly queue: DeliveryQueue;
}

/** What holds for every declared entity that does not say otherwise, and how long a topic remembers a message id. */
export interface EntitySettings {
  readonly policy: QueuePolicy;
  readonly duplicateDetectionMs: number;
}

/**
 * The declared queues, topics and subscriptions, and those made over the wire, with what the disk holds for them. Names are
 * compared without case.
 */
export class Entities {
  /** Queues too. */
  private readonly byName = new Map<string, Topic>();
  private readonly declaredPolicies: ReadonlyMap<string, Partial<QueuePolicy>>;
  private readonly declaredLimits: ReadonlyMap<string, Partial<SizeLimits>>;

  /** Makes the entities that are new; throws `com.microsoft:argument-error` when a filter is none. */
  constructor(
    declarations: EntityDeclarations,
    private readonly store: BrokerStore,
    descriptions: EntityDescriptionStore,
    private readonly settings: EntitySettings,
  ) {
    const known = descriptions.all();
    const declared = declaredDescriptions(declarations, known);
    this.declaredPolicies = declaredPolicies(declarations);
    this.declaredLimits = declaredLimits(declarations);
    for (const description of declared) descriptions.save(description);
    for (const description of [
      ...declared,
      ...known.filter((one) => !one.declared && !declared.some((other) => samePath(one, other))),
    ]) {
      this.put(description, store.entityId(idPath(description)));
    }
    this.load();
  }

  /** The topic or queue that a sender names; undefined when there is none. */
  topic(name: string): Topic | undefined {
    return this.byName.get(name.toLowerCase());
  }

  /** Every topic and queue, by name. */
  topics(): Topic[] {
    return [...this.byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, topic]) => topic);
  }

  /** Undefined when there is no such subscription. */
  subscription(topicName: string, subscriptionName: string): Subscription | undefined {
    const wanted = subscriptionName.toLowerCase();
    const topic = this.topic(topicName);
    if (topic?.description.kind !== 'topic') return undefined;
    return topic.subscriptions.find(({ name }) => name.toLowerCase() === wanted);
  }

  /** The queue of a subscription, or its dead-letter queue; undefined when there is no such subscription. */
  queue(topicName: string, subscriptionName: string, dead: boolean): DeliveryQueue | undefined {
    const found = this.subscription(topicName, subscriptionName);
    return dead ? found?.queue.deadLetters : found?.queue;
  }

  /** Every topic and every queue. */
  sendTargets(): Iterable<Topic> {
    return this.byName.values();
  }

  /** A queue that is no subscription, or its dead-letter queue; undefined when there is no such queue. */
  plainQueue(name: string, dead: boolean): DeliveryQueue | undefined {
    const topic = this.topic(name);
    const found = topic?.description.kind === 'queue' ? topic.subscriptions[0]?.queue : undefined;
    return dead ? found?.deadLetters : found;
  }

  /** Every queue and subscription, dead-letter queues too. */
  *queues(): Iterable<DeliveryQueue> {
    for (const { subscriptions } of this.byName.values()) {
      for (const { queue } of subscriptions) yield* queue.parts;
    }
  }

  /** The longest time any topic remembers a message id. */
  get longestDuplicateWindowMs(): number {
    return Math.max(this.settings.duplicateDetectionMs, ...this.topics().map(({ duplicates }) => duplicates.windowMs));
  }

  /** Makes an entity, or changes it as described; the topic of a subscription must be there. Throws when a rule is none. */
  put(description: EntityDescription, id: number): void {
    if (description.kind !== 'subscription') this.putTopic(description, id);
    if (description.kind !== 'topic') this.putSubscription(description, id);
  }

  private putTopic(description: EntityDescription, id: number): void {
    const { duplicateDetectionMs } = this.settings;
    const limits = this.declaredLimits.get(description.topic.toLowerCase());
    const settings = topicSettings(description, { limits, duplicateDetectionMs });
    const known = this.topic(description.topic);
    if (known !== undefined) {
      Object.assign(known, settings, { description });
      known.duplicates.windowMs = settings.duplicateWindowMs;
      return;
    }
    this.byName.set(description.topic.toLowerCase(), {
      ...settings,
      name: description.topic,
      id,
      duplicates: new DuplicateWindow(settings.duplicateWindowMs),
      description,
      usedAtMs: 0,
      senders: new Set(),
      subscriptions: [],
    });
  }

  private putSubscription(description: EntityDescription, id: number): void {
    const topic = this.topic(description.topic);
    if (topic === undefined) return;
    const { kind, subscription: name = topic.name } = description;
    const rules = kind === 'queue' ? [EVERYTHING] : description.rules.map(compileRule);
    const policy = this.policy(description);
    const known = topic.subscriptions.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (known === undefined) {
      const path = kind === 'queue' ? name : `${topic.name}/${name}`;
      const queue = this.deliveryQueue(path, id, policy);
      topic.subscriptions = [...topic.subscriptions, { name, description, rules, queue }];
    } else Object.assign(known, { description, rules });
    const { queue } = topic.subscriptions.find((one) => one.name.toLowerCase() === name.toLowerCase())!;
    for (const each of queue.parts) {
      each.status = statusOf(description.properties);
      each.policy = policy;
      each.locks.lockDurationMs = policy.lockDurationMs;
    }
    setForwarding(queue, description);
  }

  /** Takes a topic out, so that nothing finds it any more. */
  dropTopic({ name }: Topic): void {
    this.byName.delete(name.toLowerCase());
  }

  /** Takes a subscription out, so that nothing finds it any more. */
  dropSubscription(topic: Topic, subscription: Subscription): void {
    topic.subscriptions = topic.subscriptions.filter((other) => other !== subscription);
  }

  private deliveryQueue(path: string, id: number, policy: QueuePolicy): DeliveryQueue {
    const { copies } = this.store;
    const place = (name: string, part: QueuePart): QueuePlace => ({ name, subscriptionId: id, part, copies });
    const dead = new DeliveryQueue(place(`${path}/$DeadLetterQueue`, PART.deadLetters), policy);
    const Kind = policy.requiresSession ? SessionEntity : DeliveryQueue;
    const queue = new Kind(place(path, PART.active), policy, dead);
    const name = `${path}/$Transfer/$DeadLetterQueue`;
    queue.transferDeadLetters = new DeliveryQueue(place(name, PART.transferDeadLetters), policy);
    dead.transferDeadLetters = queue.transferDeadLetters;
    return queue;
  }

  private policy(description: EntityDescription): QueuePolicy {
    const declared = description.declared ? this.declaredPolicies.get(idPath(description)) : undefined;
    const defaults = policyOf(declared ?? {}, description.declared ? this.settings.policy : SERVICE_POLICY);
    return policyOf(policyFrom(description.properties), defaults);
  }

  private load(): void {
    for (const queue of this.queues()) prepareQueue(queue, this.store);
    const topics = new Map(this.topics().map((topic) => [topic.id, topic]));
    const sinceMs = Date.now() - this.longestDuplicateWindowMs;
    for (const { topic, messageId, sentAtMs } of this.store.loadRecentMessageIds(sinceMs)) {
      topics.get(topic)?.duplicates.admit(messageId, sentAtMs);
    }
  }
}

function setForwarding(queue: DeliveryQueue, { topic, subscription, properties }: EntityDescription): void {
  const { ForwardTo, ForwardDeadLetteredMessagesTo } = properties;
  const source = subscription === undefined ? topic : `${topic}/Subscriptions/${subscription}`;
  queue.forwarding = ForwardTo === undefined ? undefined : { to: ForwardTo, deadLetterSource: null };
  queue.deadLetters!.forwarding =
    ForwardDeadLetteredMessagesTo === undefined
      ? undefined
      : { to: ForwardDeadLetteredMessagesTo, deadLetterSource: source };
}

/** The rule of every queue. */
const EVERYTHING = compileRule({ name: DEFAULT_RULE, filter: { kind: 'true' }, createdAtMs: 0 });
