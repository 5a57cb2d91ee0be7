import type { AuthorizationRule } from './authorization-rule.js';
import type { RuleDescription } from './rules.js';

/** Whether an entity takes messages and hands them out. */
export type EntityStatus = 'Active' | 'Disabled' | 'SendDisabled' | 'ReceiveDisabled';

/** What is known of a topic or a subscription besides its messages; kept on disk as JSON. */
export interface EntityDescription {
  readonly kind: 'queue' | 'topic' | 'subscription';
  /** The name of the topic or of the queue. */
  readonly topic: string;
  /** Absent for a topic or a queue. */
  readonly subscription?: string;
  /** Whether it is declared in the topology, and there again after every start. */
  readonly declared: boolean;
  /** The filter it was last declared with; a subscription whose declaration changes gets its declared rule back. */
  readonly declaredFilter?: string;
  /** What was set over the wire, by the names of the Atom description. */
  readonly properties: Readonly<Record<string, string>>;
  /** The rules of a subscription; empty for a topic. */
  readonly rules: readonly RuleDescription[];
  /** Keys of the entity's own; absent means none. */
  readonly authorizationRules?: readonly AuthorizationRule[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Now, in Unix milliseconds, or later where the version before is not older: no two versions of an entity have one moment. */
export function versionAfter(beforeMs = 0): number {
  return Math.max(Date.now(), beforeMs + 1);
}

/** The status an entity was given; active unless it was given one. */
export function statusOf(properties: Readonly<Record<string, string>>): EntityStatus {
  return (properties['Status'] ?? 'Active') as EntityStatus;
}

/** Whether messages may be sent to an entity. */
export function takesMessages(status: EntityStatus): boolean {
  return status === 'Active' || status === 'ReceiveDisabled';
}

/** Whether messages may be received from an entity. */
export function handsOutMessages(status: EntityStatus): boolean {
  return status === 'Active' || status === 'SendDisabled';
}

const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Milliseconds of an ISO 8601 duration of days, hours, minutes and seconds; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null || text.endsWith('P') || text.endsWith('T')) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return Math.round((((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1_000);
}

/** The path that names an entity on disk: lower-case, `topic` or `topic/subscription`. */
export function entityPath(topic: string, subscription?: string): string {
  return (subscription === undefined ? topic : `${topic}/${subscription}`).toLowerCase();
}

/** What the message tables know an entity by: a queue may be called as the path of a subscription. */
export function idPath({ kind, topic, subscription }: EntityDescription): string {
  return kind === 'queue' ? `queue:${topic}`.toLowerCase() : entityPath(topic, subscription);
}

/** Whether two descriptions are of the same entity. */
export function samePath(one: EntityDescription, other: EntityDescription): boolean {
  return one.kind === other.kind && idPath(one) === idPath(other);
}
