import { durationMs, type EntityDescription } from './entity-description.js';
import { sizeLimits, type SizeLimits } from './message-size.js';
import { timeToLiveMs } from './queue-policy.js';

/** What holds for everything sent to one topic or queue. */
export interface TopicSettings {
  /** The longest a message lives, unless it says less itself; null is for ever. */
  readonly defaultTtlMs: number | null;
  readonly limits: SizeLimits;
  /** How long a message id is remembered; 0 is not at all. */
  readonly duplicateWindowMs: number;
}

/** What the service gives an entity that detects duplicates without saying for how long. */
const DUPLICATE_WINDOW_MS = 600_000;

/** The settings of a topic or queue: what was set over the wire, else what its declaration says. */
export function topicSettings(
  description: EntityDescription,
  declared: { readonly limits: Partial<SizeLimits> | undefined; readonly duplicateDetectionMs: number },
): TopicSettings {
  const { properties } = description;
  return {
    defaultTtlMs: timeToLiveMs(properties) ?? null,
    limits: sizeLimits(properties, description.declared ? declared.limits : undefined),
    duplicateWindowMs: duplicateWindowMs(description, declared.duplicateDetectionMs),
  };
}

function duplicateWindowMs({ kind, declared, properties }: EntityDescription, declaredMs: number): number {
  if (properties['RequiresDuplicateDetection'] === 'false') return 0;
  if ((!declared || kind === 'queue') && properties['RequiresDuplicateDetection'] === undefined) return 0;
  const setMs = durationMs(properties['DuplicateDetectionHistoryTimeWindow'] ?? '');
  return setMs ?? (declared ? declaredMs : DUPLICATE_WINDOW_MS);
}
