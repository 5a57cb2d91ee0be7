import { durationMs, type EntityDescription } from '../entity-description.js';
import { ServiceBusError } from '../service-bus-error.js';
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
/** What this server does one way only: another value is refused. */
const FIXED: Readonly<Record<Kind, readonly string[]>> = {
  queue: [
    'RequiresSession',
    'DefaultMessageTimeToLive',
    'DeadLetteringOnMessageExpiration',
    'AutoDeleteOnIdle',
    'EnablePartitioning',
    'EnableExpress',
  ],
  topic: ['DefaultMessageTimeToLive', 'AutoDeleteOnIdle', 'EnablePartitioning', 'EnableExpress'],
  subscription: ['RequiresSession', 'DefaultMessageTimeToLive', 'DeadLetteringOnMessageExpiration', 'AutoDeleteOnIdle'],
};
const NOT_SUPPORTED: ReadonlySet<string> = new Set([
  'ForwardTo',
  'ForwardDeadLetteredMessagesTo',
  'AuthorizationRules',
]);
const FREE: ReadonlySet<string> = new Set(['UserMetadata']);
const BOOLEAN = /^(?:Requires|Enable|DeadLetteringOn|Support)/;
const INTEGER = /^Max/;
const DURATION = /^(?:LockDuration|DefaultMessageTimeToLive|DuplicateDetectionHistoryTimeWindow|AutoDeleteOnIdle)$/;
const STATUSES: ReadonlySet<string> = new Set(['Active', 'Disabled', 'SendDisabled', 'ReceiveDisabled']);
const LOCK_MS_MAX = 300_000;

/** The properties that a request sets. Throws `com.microsoft:argument-error` for what is wrong or not supported. */
export function readProperties(kind: Kind, description: XmlElement): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const { name, text } of description.children) {
    if (name === 'DefaultRuleDescription') continue;
    if (NOT_SUPPORTED.has(name)) throw invalid(`${name} is not supported by this server.`);
    const usual = DEFAULTS[kind][name];
    if (usual === undefined && !FREE.has(name)) throw invalid(`${name} is not a property of a ${kind}.`);
    const value = text.trim();
    check(name, value);
    if (FIXED[kind].includes(name) && value.toLowerCase() !== usual!.toLowerCase()) {
      throw invalid(`${name} other than ${usual!} is not supported by this server.`);
    }
    properties[name] = BOOLEAN.test(name) ? value.toLowerCase() : value;
  }
  return properties;
}

/** Every property of an entity with its value, in the order of the service. */
export function shownProperties(description: EntityDescription, actual: Record<string, string>): [string, string][] {
  const { kind, properties } = description;
  const known = { ...DEFAULTS[kind], ...actual, ...properties };
  return Object.entries(known);
}

function check(name: string, value: string): void {
  const wrong =
    (BOOLEAN.test(name) && !/^(?:true|false)$/i.test(value)) ||
    (INTEGER.test(name) && !/^[1-9]\d{0,8}$/.test(value)) ||
    (DURATION.test(name) && !(durationMs(value)! > 0)) ||
    (name === 'Status' && !STATUSES.has(value)) ||
    (name === 'LockDuration' && durationMs(value)! > LOCK_MS_MAX);
  if (wrong) throw invalid(`The value '${value}' of ${name} is not valid.`);
}

function invalid(description: string): ServiceBusError {
  return new ServiceBusError('com.microsoft:argument-error', description);
}
