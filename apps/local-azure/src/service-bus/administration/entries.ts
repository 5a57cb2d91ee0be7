import type { DeliveryQueue } from '../delivery-queue.js';
import type { Subscription, Topic } from '../entities.js';
import { subscriptionUsedAtMs, topicUsedAtMs } from '../entity-use.js';
import type { EntityDescription } from '../entity-description.js';
import type { EntityDescriptionStore, MessageCounts } from '../entity-description-store.js';
import type { RuleDescription } from '../rules.js';
import type { AtomEntry } from './atom.js';
import { authorizationRulesXml } from './authorization-rules-xml.js';
import { shownProperties } from './description-fields.js';
import { resourceName } from './resource.js';
import { ruleXml } from './rule-xml.js';
import { escapeXml } from '../../pages/escape-xml.js';

const COUNTS = 'http://schemas.microsoft.com/netservices/2011/06/servicebus';
const BYTES_PER_KILOBYTE = 1_024;
const BYTES_PER_MEGABYTE = 1_048_576;
const MS_PER_SECOND = 1_000;
const NOTHING: MessageCounts = { active: 0, dead: 0, transferDead: 0 };

/** What entries are made from besides their entities. */
export interface EntryContext {
  readonly descriptions: EntityDescriptionStore;
  /** Where the client asked, for the addresses of entities. */
  readonly host: string;
  /** The bytes that a topic or queue holds. */
  readonly sizeOf: (topic: Topic) => number;
}

/** A topic with its counts. */
export function topicEntry(topic: Topic, { descriptions, host, sizeOf }: EntryContext): AtomEntry {
  const { description, subscriptions, name } = topic;
  const content =
    propertyElements(description, sendProperties(topic), host) +
    elements([
      ['SizeInBytes', String(sizeOf(topic))],
      ['SubscriptionCount', String(subscriptions.length)],
    ]) +
    times(description, topicUsedAtMs(topic, Date.now())) +
    countDetails(NOTHING, { scheduled: descriptions.scheduledCount(topic.id), forwards: false });
  const path = resourceName({ kind: 'topic', topic: name });
  return { path, element: 'TopicDescription', content, updatedAtMs: description.updatedAtMs };
}

/** A queue with its counts. */
export function queueEntry(topic: Topic, { descriptions, host, sizeOf }: EntryContext): AtomEntry {
  const { description, subscriptions, name } = topic;
  const [{ queue }] = subscriptions as [Subscription];
  const counts = descriptions.counts(queue.subscriptionId);
  const scheduled = descriptions.scheduledCount(topic.id);
  const content =
    propertyElements(description, { ...policyProperties(queue), ...sendProperties(topic) }, host) +
    elements([
      ['SizeInBytes', String(sizeOf(topic))],
      ['MessageCount', String(totalOf(counts) + scheduled)],
    ]) +
    times(description, topicUsedAtMs(topic, Date.now())) +
    countDetails(counts, { scheduled, forwards: queue.forwarding !== undefined });
  const path = resourceName({ kind: 'topic', topic: name });
  return { path, element: 'QueueDescription', content, updatedAtMs: description.updatedAtMs };
}

/** A subscription with its counts. */
export function subscriptionEntry(subscription: Subscription, { descriptions, host }: EntryContext): AtomEntry {
  const { description, queue, name } = subscription;
  const counts = descriptions.counts(queue.subscriptionId);
  const content =
    propertyElements(description, policyProperties(queue), host) +
    elements([['MessageCount', String(totalOf(counts))]]) +
    times(description, subscriptionUsedAtMs(subscription, Date.now())) +
    countDetails(counts, { scheduled: 0, forwards: queue.forwarding !== undefined });
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

/** The properties of a description in XML; forwarding shows the address of its target. */
function propertyElements(description: EntityDescription, actual: Record<string, string>, host: string): string {
  const shown = shownProperties(description, actual);
  for (const name of ['ForwardTo', 'ForwardDeadLetteredMessagesTo']) {
    if (shown[name] !== undefined) shown[name] = `https://${host}/${shown[name]}`;
  }
  return authorizationRulesXml(description.authorizationRules ?? []) + elements(Object.entries(shown));
}

/** What holds for a queue or subscription where nothing was set over the wire. */
function policyProperties({ policy }: DeliveryQueue): Record<string, string> {
  const { defaultTtlMs } = policy;
  return {
    LockDuration: duration(policy.lockDurationMs),
    MaxDeliveryCount: String(policy.maxDeliveryCount),
    RequiresSession: String(policy.requiresSession),
    DeadLetteringOnMessageExpiration: String(policy.deadLettersExpired),
    ...(defaultTtlMs === null ? {} : { DefaultMessageTimeToLive: duration(defaultTtlMs) }),
  };
}

/** What holds for a topic or queue where nothing was set over the wire. */
function sendProperties({ duplicates: { windowMs }, limits }: Topic): Record<string, string> {
  return {
    MaxSizeInMegabytes: String(Math.ceil(limits.entityBytesMax / BYTES_PER_MEGABYTE)),
    MaxMessageSizeInKilobytes: String(Math.ceil(limits.messageBytesMax / BYTES_PER_KILOBYTE)),
    RequiresDuplicateDetection: String(windowMs > 0),
    ...(windowMs > 0 ? { DuplicateDetectionHistoryTimeWindow: duration(windowMs) } : {}),
  };
}

function times({ createdAtMs, updatedAtMs }: EntityDescription, usedAtMs: number): string {
  return elements([
    ['CreatedAt', new Date(createdAtMs).toISOString()],
    ['UpdatedAt', new Date(updatedAtMs).toISOString()],
    ['AccessedAt', new Date(usedAtMs).toISOString()],
  ]);
}

function totalOf({ active, dead, transferDead }: MessageCounts): number {
  return active + dead + transferDead;
}

/** What an entity that forwards has not forwarded yet waits for its transfer. */
function countDetails(
  { active, dead, transferDead }: MessageCounts,
  { scheduled, forwards }: { readonly scheduled: number; readonly forwards: boolean },
): string {
  const counts = {
    Active: forwards ? 0 : active,
    DeadLetter: dead,
    Scheduled: scheduled,
    TransferDeadLetter: transferDead,
    Transfer: forwards ? active : 0,
  };
  const inner = Object.entries(counts).map(
    ([name, count]) => `<d2p1:${name}MessageCount>${count}</d2p1:${name}MessageCount>`,
  );
  return `<CountDetails xmlns:d2p1="${COUNTS}">${inner.join('')}</CountDetails>`;
}

function duration(ms: number): string {
  return `PT${ms / MS_PER_SECOND}S`;
}
