import type { GroupCommit } from '../storage/group-commit.js';
import type { BrokerStore } from './broker-store.js';
import { entityNotFound } from './cbs.js';
import type { DeliveryQueue } from './delivery-queue.js';
import type { Entities, Subscription, Topic } from './entities.js';
import { entityPath, idPath, handsOutMessages, versionAfter, type EntityDescription } from './entity-description.js';
import type { EntityDescriptionStore } from './entity-description-store.js';
import { compileRule, RULES_MAX, type RuleDescription } from './rules.js';
import { entityDisabled, forwardsOnly, ServiceBusError } from './service-bus-error.js';

/** What changes of entities need. */
export interface EntityChangesContext {
  readonly entities: Entities;
  readonly store: BrokerStore;
  readonly descriptions: EntityDescriptionStore;
  readonly commits: GroupCommit;
  /** Told of every queue that was changed. */
  readonly changed: (queue: DeliveryQueue) => void;
}

/** Makes, changes and removes entities and their rules, one at a time; each is on disk before its promise resolves. */
export class EntityChanges {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly context: EntityChangesContext) {}

  /** Throws `com.microsoft:entity-already-exists` when there is one, not-found when its topic is none. */
  create(description: EntityDescription): Promise<void> {
    return this.inTurn(async () => {
      const { topic, subscription } = description;
      if (this.find(description) !== undefined) throw alreadyExists(entityPath(topic, subscription));
      if (subscription !== undefined && this.context.entities.topic(topic)?.description.kind !== 'topic')
        throw entityNotFound(topic);
      await this.put(description);
    });
  }

  /**
   * Changes what an entity is, if it still is of that version; links that may no longer receive are ended. Throws not-found when
   * there is none, and precondition-failed.
   */
  update(description: EntityDescription, version?: number): Promise<void> {
    return this.inTurn(async () => {
      const { topic, subscription } = description;
      const found = this.find(description)?.description;
      if (found?.kind !== description.kind) throw entityNotFound(entityPath(topic, subscription));
      checkVersion(found.updatedAtMs, version);
      await this.put(description);
      this.applyTo(this.context.entities.topic(topic)!);
    });
  }

  /** Removes a topic with its subscriptions, or a subscription, and every message. Throws not-found. */
  delete(topicName: string, subscriptionName?: string): Promise<void> {
    return this.inTurn(async () => {
      const { entities, commits, descriptions } = this.context;
      const topic = entities.topic(topicName);
      const one = subscriptionName === undefined ? undefined : entities.subscription(topicName, subscriptionName);
      if (topic === undefined || (subscriptionName !== undefined && one === undefined)) {
        throw entityNotFound(entityPath(topicName, subscriptionName));
      }
      const gone = one === undefined ? topic.subscriptions : [one];
      if (one === undefined) {
        entities.dropTopic(topic);
        for (const end of topic.senders) end(entityNotFound(topic.name));
      }
      for (const subscription of gone) this.drop(topic, subscription);
      // What was routed to these queues before is on disk, and counted, before their copies are removed.
      await commits.submit(() => undefined);
      await commits.submit(() => {
        for (const subscription of gone) this.erase(subscription);
        if (one !== undefined) return;
        descriptions.remove(topic.description);
        descriptions.forgetMessages(topic.id);
      });
      for (const { queue } of gone) for (const each of queue.parts) each.clear();
    });
  }

  /** Adds a rule. Throws `com.microsoft:entity-already-exists` or `com.microsoft:argument-error`. */
  addRule(path: SubscriptionPath, rule: RuleDescription): Promise<void> {
    return this.changeRules(path, (rules) => {
      if (rules.some((other) => sameName(other, rule.name))) throw alreadyExists(rule.name);
      if (rules.length >= RULES_MAX) throw new ServiceBusError('amqp:resource-limit-exceeded', 'Too many rules.');
      return [...rules, rule];
    });
  }

  /** Replaces a rule, if it still is of that version. Throws not-found, precondition-failed or `com.microsoft:argument-error`. */
  replaceRule(path: SubscriptionPath, rule: RuleDescription, version?: number): Promise<void> {
    return this.changeRules(path, (rules) => {
      const others = without(rules, rule.name);
      const before = rules.find((one) => !others.includes(one))!.createdAtMs;
      checkVersion(before, version);
      return [...others, { ...rule, createdAtMs: versionAfter(before) }];
    });
  }

  /** Removes a rule. Throws not-found when there is none. */
  removeRule(path: SubscriptionPath, name: string): Promise<void> {
    return this.changeRules(path, (rules) => without(rules, name));
  }

  private changeRules(
    { topic, subscription }: SubscriptionPath,
    change: (rules: readonly RuleDescription[]) => readonly RuleDescription[],
  ): Promise<void> {
    return this.inTurn(async () => {
      const found = this.context.entities.subscription(topic, subscription);
      if (found === undefined) throw entityNotFound(entityPath(topic, subscription));
      const { rules, updatedAtMs } = found.description;
      await this.put({ ...found.description, rules: change(rules), updatedAtMs: versionAfter(updatedAtMs) });
    });
  }

  private async put(description: EntityDescription): Promise<void> {
    const { entities, store, descriptions, commits } = this.context;
    description.rules.forEach(compileRule);
    const isNew = this.find(description) === undefined;
    const id = await commits.submit(() => {
      const made = store.entityId(idPath(description));
      if (isNew && description.kind !== 'topic') store.copies.deleteAll(made);
      descriptions.save(description);
      return made;
    });
    entities.put(description, id);
  }

  private drop(topic: Topic, subscription: Subscription): void {
    this.context.entities.dropSubscription(topic, subscription);
    for (const each of subscription.queue.parts) {
      each.detachAll(entityNotFound(each.name));
      each.clear();
    }
  }

  private erase({ queue, description }: Subscription): void {
    this.context.store.copies.deleteAll(queue.subscriptionId);
    this.context.descriptions.remove(description);
  }

  /** Ends the links of what hands out nothing any more, and has what forwards now do so. */
  private applyTo({ subscriptions }: Topic): void {
    for (const queue of subscriptions.flatMap((subscription) => subscription.queue.parts)) {
      if (!handsOutMessages(queue.status)) queue.detachAll(entityDisabled(queue.name));
      else if (queue.forwarding !== undefined) queue.detachAll(forwardsOnly('receiver'));
      this.context.changed(queue);
    }
  }

  /** A topic and a queue cannot have the same name. */
  private find({ topic, subscription }: EntityDescription): Topic | Subscription | undefined {
    const { entities } = this.context;
    return subscription === undefined ? entities.topic(topic) : entities.subscription(topic, subscription);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }
}

/** The names of a topic and of one of its subscriptions. */
export interface SubscriptionPath {
  readonly topic: string;
  readonly subscription: string;
}

/** Throws precondition-failed unless an entity or a rule is of the version that was asked for; any will do where none was. */
function checkVersion(current: number, wanted: number | undefined): void {
  if (wanted === undefined || wanted === current) return;
  throw new ServiceBusError('amqp:precondition-failed', 'The entity has been changed since it was read.');
}

function without(rules: readonly RuleDescription[], name: string): readonly RuleDescription[] {
  const left = rules.filter((rule) => !sameName(rule, name));
  if (left.length === rules.length) throw entityNotFound(name);
  return left;
}

function sameName(rule: RuleDescription, name: string): boolean {
  return rule.name.toLowerCase() === name.toLowerCase();
}

function alreadyExists(name: string): ServiceBusError {
  return new ServiceBusError('com.microsoft:entity-already-exists', `The messaging entity '${name}' already exists.`);
}
