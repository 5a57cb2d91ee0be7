import type { SubscriptionDeclaration } from '@ballast/contracts';
import { entityPath, type EntityDescription } from './entity-description.js';
import type { EntityDeclarations, QueuePolicy } from './queue-policy.js';
import type { SizeLimits } from './message-size.js';
import { DEFAULT_RULE, type RuleDescription, type RuleFilter } from './rules.js';
import { ServiceBusError } from './service-bus-error.js';

/**
 * The descriptions of what the topology declares, each topic before its subscriptions. What was set over the wire
 * stays; rules stay unless the declared filter is another than last time.
 */
export function declaredDescriptions(
  { topics, queues }: EntityDeclarations,
  known: readonly EntityDescription[],
): EntityDescription[] {
  const nowMs = Date.now();
  const find = (kind: EntityDescription['kind'], topic: string, subscription?: string): EntityDescription | undefined =>
    known.find((one) => {
      return one.kind === kind && entityPath(one.topic, one.subscription) === entityPath(topic, subscription);
    });
  const ofTopics = topics.flatMap(({ name: topic, subscriptions }) => [
    { ...base(find('topic', topic), nowMs), kind: 'topic' as const, topic, rules: [] },
    ...subscriptions.map((subscription) => {
      const before = find('subscription', topic, subscription.name);
      const { sqlFilter } = subscription;
      return {
        ...base(before, nowMs),
        kind: 'subscription' as const,
        topic,
        subscription: subscription.name,
        rules: rulesOf(subscription, before, nowMs),
        ...(sqlFilter === undefined ? {} : { declaredFilter: sqlFilter }),
      };
    }),
  ]);
  const ofQueues = queues.map(({ name, detectsDuplicates = false }) => {
    const { properties, ...rest } = base(find('queue', name), nowMs);
    const RequiresDuplicateDetection = String(detectsDuplicates);
    return {
      ...rest,
      kind: 'queue' as const,
      topic: name,
      rules: [],
      properties: { ...properties, RequiresDuplicateDetection },
    };
  });
  const names = [...topics, ...queues].map(({ name }) => name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new ServiceBusError('com.microsoft:argument-error', `'${twice}' is declared twice.`);
  return [...ofTopics, ...ofQueues];
}

/** What the declarations say of the policies of queues and subscriptions, by the path the message tables know them by. */
export function declaredPolicies({ topics, queues }: EntityDeclarations): ReadonlyMap<string, Partial<QueuePolicy>> {
  const ofTopics = topics.flatMap(({ name, subscriptions }) =>
    subscriptions.map((one): [string, Partial<QueuePolicy>] => [entityPath(name, one.name), one]),
  );
  return new Map([
    ...ofTopics,
    ...queues.map((one): [string, Partial<QueuePolicy>] => [`queue:${one.name}`.toLowerCase(), one]),
  ]);
}

/** What the declarations say of the sizes of topics and queues, by name in lower case. */
export function declaredLimits({ topics, queues }: EntityDeclarations): ReadonlyMap<string, Partial<SizeLimits>> {
  return new Map([...topics, ...queues].map((one) => [one.name.toLowerCase(), one]));
}

function base(
  before: EntityDescription | undefined,
  nowMs: number,
): Omit<EntityDescription, 'kind' | 'topic' | 'rules'> {
  const { properties = {}, authorizationRules, createdAtMs = nowMs, updatedAtMs = nowMs } = before ?? {};
  const keys = authorizationRules === undefined ? {} : { authorizationRules };
  return { declared: true, properties, ...keys, createdAtMs, updatedAtMs };
}

function rulesOf(
  { sqlFilter }: SubscriptionDeclaration,
  before: EntityDescription | undefined,
  nowMs: number,
): readonly RuleDescription[] {
  if (before?.declared === true && before.declaredFilter === sqlFilter) return before.rules;
  const filter: RuleFilter = sqlFilter === undefined ? { kind: 'true' } : { kind: 'sql', expression: sqlFilter };
  return [{ name: DEFAULT_RULE, filter, createdAtMs: nowMs }];
}
