import type { Entities, Subscription, Topic } from '../entities.js';
import { idPath, versionAfter, type EntityDescription } from '../entity-description.js';
import { compileRule, DEFAULT_RULE, type RuleDescription } from '../rules.js';
import { readAuthorizationRules } from './authorization-rules-xml.js';
import { invalid } from './description-checks.js';
import { checkUnchanged, readProperties } from './description-fields.js';
import type { Resource } from './resource.js';
import { readRule } from './rule-xml.js';
import { childOf, type XmlElement } from './xml.js';

type EntityResource = Extract<Resource, { kind: 'topic' | 'subscription' }>;

/**
 * What a request says an entity is to be, new or changed. Throws `com.microsoft:argument-error` for what cannot be, or what
 * would change that an entity keeps.
 */
export function describedEntity(body: XmlElement, resource: EntityResource, entities: Entities): EntityDescription {
  const found = findEntity(resource, entities);
  const kind = resource.kind === 'topic' && body.name === 'QueueDescription' ? 'queue' : resource.kind;
  const known = found?.description.kind === kind ? found : undefined;
  const properties = readProperties(kind, body);
  if (known !== undefined) {
    checkUnchanged(kind, keptProperties(known), properties);
    // Whether a declared entity has sessions is the declaration's to say.
    if (known.description.declared) delete properties['RequiresSession'];
  }
  const authorizationRules = readAuthorizationRules(body, known?.description.authorizationRules);
  const description = {
    ...(known?.description ?? newDescription(kind, resource, body, entities)),
    ...(authorizationRules === undefined ? {} : { authorizationRules }),
    properties,
    updatedAtMs: versionAfter(known?.description.updatedAtMs),
  };
  checkForwarding(description, entities);
  return description;
}

function findEntity(resource: EntityResource, entities: Entities): Topic | Subscription | undefined {
  return resource.kind === 'topic'
    ? entities.topic(resource.topic)
    : entities.subscription(resource.topic, resource.subscription);
}

function newDescription(
  kind: EntityDescription['kind'],
  resource: EntityResource,
  body: XmlElement,
  entities: Entities,
): EntityDescription {
  const nowMs = Date.now();
  const made = { kind, declared: false, properties: {}, createdAtMs: nowMs, updatedAtMs: nowMs };
  if (resource.kind === 'topic') return { ...made, topic: resource.topic, rules: [] };
  const topic = entities.topic(resource.topic)?.name ?? resource.topic;
  return { ...made, topic, subscription: resource.subscription, rules: [firstRule(body)] };
}

/** What an entity was made with and keeps, as its description shows it. */
function keptProperties(known: Topic | Subscription): Record<string, string> {
  const { properties } = known.description;
  const queue = 'queue' in known ? known.queue : known.subscriptions[0]?.queue;
  return {
    RequiresSession: String(queue?.policy.requiresSession ?? false),
    EnablePartitioning: properties['EnablePartitioning'] ?? 'false',
    ...('duplicates' in known ? { RequiresDuplicateDetection: String(known.duplicates.windowMs > 0) } : {}),
  };
}

function checkForwarding(description: EntityDescription, entities: Entities): void {
  for (const name of ['ForwardTo', 'ForwardDeadLetteredMessagesTo']) {
    const target = description.properties[name];
    if (target === undefined) continue;
    const found = entities.topic(target);
    if (found === undefined) throw invalid(`${name} names '${target}', which is neither a queue nor a topic here.`);
    if (idPath(found.description) === idPath(description)) throw invalid(`${name} cannot name the entity itself.`);
  }
}

function firstRule(body: XmlElement): RuleDescription {
  const given = childOf(body, 'DefaultRuleDescription');
  const name = childOf(given, 'Name')?.text;
  const rule: RuleDescription =
    given === undefined
      ? { name: DEFAULT_RULE, filter: { kind: 'true' }, createdAtMs: Date.now() }
      : readRule(given, name === undefined || name === '' ? DEFAULT_RULE : name);
  compileRule(rule);
  return rule;
}
