import type { SubscriptionDeclaration, TopicDeclaration } from '@ballast/contracts';
import { durationMs } from './entity-description.js';
import type { SizeLimits } from './message-size.js';

/** How one queue or subscription treats its messages. */
export interface QueuePolicy {
  readonly lockDurationMs: number;
  /** Deliveries after which a message is dead-lettered. */
  readonly maxDeliveryCount: number;
  /** The longest a message lives here, whatever it says itself; null is for ever. */
  readonly defaultTtlMs: number | null;
  /** Whether a message whose time is over is dead-lettered instead of dropped. */
  readonly deadLettersExpired: boolean;
  /** Whether messages are received by session, each session by one receiver at a time. */
  readonly requiresSession: boolean;
  /** Whether a message is dead-lettered that a filter cannot be evaluated for; it is dropped otherwise. */
  readonly deadLettersFilterErrors: boolean;
}

/** A queue that exists from the start. What it does not say is as for every subscription. */
export interface QueueDeclaration extends Partial<QueuePolicy>, Partial<SizeLimits> {
  readonly name: string;
  /** Whether a second message with the same id is dropped within the server's window; not unless it says so. */
  readonly detectsDuplicates?: boolean;
}

/** A topic that exists from the start; each of its subscriptions may have a policy of its own. */
export interface TopicOptions extends TopicDeclaration, Partial<SizeLimits> {
  readonly subscriptions: readonly (SubscriptionDeclaration & Partial<QueuePolicy>)[];
}

/** What exists from the start. */
export interface EntityDeclarations {
  readonly topics: readonly TopicOptions[];
  readonly queues: readonly QueueDeclaration[];
}

/** What the service gives an entity that is made over the wire without saying otherwise. */
export const SERVICE_POLICY: QueuePolicy = {
  lockDurationMs: 60_000,
  maxDeliveryCount: 10,
  defaultTtlMs: null,
  deadLettersExpired: false,
  requiresSession: false,
  deadLettersFilterErrors: true,
};
/** A longer time to live is no limit. */
const TTL_MS_MAX = 10_000 * 24 * 3_600_000;

/** The part of a policy that an entity was given over the wire. */
export function policyFrom(properties: Readonly<Record<string, string>>): Partial<QueuePolicy> {
  const lockDurationMs = durationMs(properties['LockDuration'] ?? '');
  const count = properties['MaxDeliveryCount'];
  const defaultTtlMs = timeToLiveMs(properties);
  const flag = (name: string): boolean | undefined => {
    const value = properties[name];
    return value === undefined ? undefined : value === 'true';
  };
  const given = {
    lockDurationMs,
    maxDeliveryCount: count === undefined ? undefined : Number(count),
    defaultTtlMs,
    deadLettersExpired: flag('DeadLetteringOnMessageExpiration'),
    requiresSession: flag('RequiresSession'),
    deadLettersFilterErrors: flag('DeadLetteringOnFilterEvaluationExceptions'),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The default time to live that an entity was given over the wire; null is for ever, undefined is not said. */
export function timeToLiveMs(properties: Readonly<Record<string, string>>): number | null | undefined {
  const ttlMs = durationMs(properties['DefaultMessageTimeToLive'] ?? '');
  return ttlMs !== undefined && ttlMs > TTL_MS_MAX ? null : ttlMs;
}

/** The policy of a declaration, with what it does not say taken from `defaults`. */
export function policyOf(declared: Partial<QueuePolicy>, defaults: QueuePolicy): QueuePolicy {
  return {
    lockDurationMs: declared.lockDurationMs ?? defaults.lockDurationMs,
    maxDeliveryCount: declared.maxDeliveryCount ?? defaults.maxDeliveryCount,
    defaultTtlMs: declared.defaultTtlMs === undefined ? defaults.defaultTtlMs : declared.defaultTtlMs,
    deadLettersExpired: declared.deadLettersExpired ?? defaults.deadLettersExpired,
    requiresSession: declared.requiresSession ?? defaults.requiresSession,
    deadLettersFilterErrors: declared.deadLettersFilterErrors ?? defaults.deadLettersFilterErrors,
  };
}
