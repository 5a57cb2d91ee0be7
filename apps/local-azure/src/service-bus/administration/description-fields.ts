import type { EntityDescription } from '../entity-description.js';
import { checkProperty, invalid, isBooleanProperty } from './description-checks.js';
import type { XmlElement } from './xml.js';

const UNBOUNDED = 'P10675199DT2H48M5.4775807S';
type Kind = EntityDescription['kind'];

/** What a description shows when nothing else was set, in the order of the service. */
const DEFAULTS: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  topic: {
    DefaultMessageTimeToLive: UNBOUNDED,
    MaxSizeInMegabytes: '1024',
    RequiresDuplicateDetection: 'false',
    DuplicateDetectionHistoryTimeWindow: 'PT10M',
    EnableBatchedOperations: 'true',
    Status: 'Active',
    SupportOrdering: 'true',
    AutoDeleteOnIdle: UNBOUNDED,
    EnablePartitioning: 'false',
    EntityAvailabilityStatus: 'Available',
    EnableExpress: 'false',
    MaxMessageSizeInKilobytes: '256',
  },
  queue: {
    LockDuration: 'PT1M',
    MaxSizeInMegabytes: '1024',
    RequiresDuplicateDetection: 'false',
    RequiresSession: 'false',
    DefaultMessageTimeToLive: UNBOUNDED,
    DeadLetteringOnMessageExpiration: 'false',
    DuplicateDetectionHistoryTimeWindow: 'PT10M',
    MaxDeliveryCount: '10',
    EnableBatchedOperations: 'true',
    Status: 'Active',
    AutoDeleteOnIdle: UNBOUNDED,
    EnablePartitioning: 'false',
    EntityAvailabilityStatus: 'Available',
    EnableExpress: 'false',
    MaxMessageSizeInKilobytes: '256',
  },
  subscription: {
    LockDuration: 'PT1M',
    RequiresSession: 'false',
    DefaultMessageTimeToLive: UNBOUNDED,
    DeadLetteringOnMessageExpiration: 'false',
    DeadLetteringOnFilterEvaluationExceptions: 'true',
    MaxDeliveryCount: '10',
    EnableBatchedOperations: 'true',
    Status: 'Active',
    AutoDeleteOnIdle: UNBOUNDED,
    EntityAvailabilityStatus: 'Available',
  },
};
/** What an entity is made with and keeps. */
const UNCHANGEABLE: readonly string[] = ['RequiresSession', 'RequiresDuplicateDetection', 'EnablePartitioning'];
const FREE: ReadonlySet<string> = new Set(['UserMetadata']);
const FORWARDS: ReadonlySet<string> = new Set(['ForwardTo', 'ForwardDeadLetteredMessagesTo']);
/** Read elsewhere. */
const STRUCTURED: ReadonlySet<string> = new Set(['DefaultRuleDescription', 'AuthorizationRules']);

/** The properties that a request sets; forwarding names an entity. Throws `com.microsoft:argument-error`. */
export function readProperties(kind: Kind, description: XmlElement): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const { name, text } of description.children) {
    if (STRUCTURED.has(name)) continue;
    const value = text.trim();
    if (FORWARDS.has(name) && kind !== 'topic') {
      if (value !== '') properties[name] = entityName(value);
      continue;
    }
    if (DEFAULTS[kind][name] === undefined && !FREE.has(name)) throw invalid(`${name} is not a property of a ${kind}.`);
    checkProperty(name, value);
    properties[name] = isBooleanProperty(name) ? value.toLowerCase() : value;
  }
  if (properties['RequiresSession'] === 'true' && properties['ForwardTo'] !== undefined) {
    throw invalid('An entity with sessions cannot forward its messages.');
  }
  return properties;
}

/** Throws `com.microsoft:argument-error` when a property would change that an entity keeps. */
export function checkUnchanged(
  kind: Kind,
  shown: Readonly<Record<string, string>>,
  wanted: Record<string, string>,
): void {
  for (const name of UNCHANGEABLE) {
    const value = wanted[name];
    if (value !== undefined && value !== shown[name]) throw invalid(`${name} of a ${kind} cannot be changed.`);
  }
}

/** Every property of an entity with its value, in the order of the service. */
export function shownProperties(
  description: EntityDescription,
  actual: Record<string, string>,
): Record<string, string> {
  return { ...DEFAULTS[description.kind], ...actual, ...description.properties };
}

/** The client writes the name of an entity as a URL. */
function entityName(value: string): string {
  const path = value.replace(/^[a-z]+:\/\/[^/]*\//i, '');
  return path.replace(/^\/+|\/+$/g, '');
}
