import type { DeliveryQueue } from '../delivery-queue.js';
import type { Subscription, Topic } from '../entities.js';
import type { EntityDescription } from '../entity-description.js';
import type { EntityDescriptionStore, MessageCounts } from '../entity-description-store.js';
import type { RuleDescription } from '../rules.js';
import type { AtomEntry } from './atom.js';
import { shownProperties } from './description-fields.js';
import { resourceName } from './resource.js';
import { ruleXml } from './rule-xml.js';
import { escapeXml } from './xml.js';

const COUNTS = 'http://schemas.microsoft.com/netservices/2011/06/servicebus';
const MS_PER_SECOND = 1_000;
const NOTHING: MessageCounts = { active: 0, dead: 0, bytes: 0 };

/** A topic with its counts. */
export function topicEntry(topic: Topic, descriptions: EntityDescriptionStore): AtomEntry {
  const { description, duplicates, subscriptions, name } = topic;
  const windowMs = duplicates.windowMs;
  const actual: Record<string, string> = { RequiresDuplicateDetection: String(windowMs > 0) };
  if (windowMs > 0) actual['DuplicateDetectionHistoryTimeWindow'] = duration(windowMs);
  const held = subscriptions.map(({ queue }) => descriptions.counts(queue.subscriptionId));
  const bytes = held.reduce((sum, counts) => sum + counts.bytes, 0);
  const content =
    elements(shownProperties(description, actual)) +
    elements([
      ['SizeInBytes', String(bytes)],
      ['SubscriptionCount', String(subscriptions.length)],
    ]) +
    times(description) +
    countDetails(NOTHING, descriptions.scheduledCount(topic.id));
  const path = resourceName({ kind: 'topic', topic: name });
  return { path, element: 'TopicDescription', content, updatedAtMs: description.updatedAtMs };
}

/** A queue with its counts. */
export function queueEntry(topic: Topic, descriptions: EntityDescriptionStore): AtomEntry {
  const { description, duplicates, subscriptions, name } = topic;
  const [{ queue }] = subscriptions as [Subscription];
  const counts = descriptions.counts(queue.subscriptionId);
  const scheduled = descriptions.scheduledCount(topic.id);
  const actual = { ...policyProperties(queue), RequiresDuplicateDetection: String(duplicates.windowMs > 0) };
  const content =
    elements(shownProperties(description, actual)) +
    elements([
      ['SizeInBytes', String(counts.bytes)],
      ['MessageCount', String(counts.active + counts.dead + scheduled)],
    ]) +
    times(description) +
    countDetails(counts, scheduled);
  const path = resourceName({ kind: 'topic', topic: name });
  return { path, element: 'QueueDescription', content, updatedAtMs: description.updatedAtMs };
}

/** A subscription with its counts. */
export function subscriptionEntry(subscription: Subscription, descriptions: EntityDescriptionStore): AtomEntry {
  const { description, queue, name } = subscription;
  const counts = descriptions.counts(queue.subscriptionId);
  const content =
    elements(shownProperties(description, policyProperties(queue))) +
    elements([['MessageCount', String(counts.active + counts.dead)]]) +
    times(description) +
    countDetails(counts);
  const path = resourceName({ kind: 'subscription', topic: description.topic, subscription: name });
  return { path, element: 'SubscriptionDescription', content, updatedAtMs: description.updatedAtMs };
}

/** A rule of a subscription. */
export function ruleEntry({ topic, subscription = '' }: EntityDescription, rule: RuleDescription): AtomEntry {
  const path = resourceName({ kind: 'rule', topic, subscription, rule: rule.name });
  return { path, element: 'RuleDescription', content: ruleXml(rule), updatedAtMs: rule.createdAtMs };
}

/** The namespace, a Standard one that is named after its host. */
export function namespaceEntry(host: string): AtomEntry {
  const started = new Date(STARTED_AT_MS).toISOString();
  const content = elements([
    ['CreatedTime', started],
    ['MessagingSKU', 'Standard'],
    ['ModifiedTime', started],
    ['Name', host.replace(/:\d+$/, '')],
    ['NamespaceType', 'Messaging'],
  ]);
  return { path: '$namespaceinfo', element: 'NamespaceInfo', content, updatedAtMs: STARTED_AT_MS };
}

const STARTED_AT_MS = Date.now();

function elements(values: readonly (readonly [name: string, value: string])[]): string {
  return values.map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`).join('');
}

function policyProperties({ policy }: DeliveryQueue): Record<string, string> {
  return { LockDuration: duration(policy.lockDurationMs), MaxDeliveryCount: String(policy.maxDeliveryCount) };
}

function times({ createdAtMs, updatedAtMs }: EntityDescription): string {
  const updated = new Date(updatedAtMs).toISOString();
  return elements([
    ['CreatedAt', new Date(createdAtMs).toISOString()],
    ['UpdatedAt', updated],
    ['AccessedAt', updated],
  ]);
}

function countDetails({ active, dead }: MessageCounts, scheduled = 0): string {
  const counts = { Active: active, DeadLetter: dead, Scheduled: scheduled, TransferDeadLetter: 0, Transfer: 0 };
  const inner = Object.entries(counts).map(
    ([name, count]) => `<d2p1:${name}MessageCount>${count}</d2p1:${name}MessageCount>`,
  );
  return `<CountDetails xmlns:d2p1="${COUNTS}">${inner.join('')}</CountDetails>`;
}

function duration(ms: number): string {
  return `PT${ms / MS_PER_SECOND}S`;
}
