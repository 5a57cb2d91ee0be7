import { isDeepStrictEqual } from 'node:util';
import { createHash } from 'node:crypto';

/** Digits of a version's number in its id, so that ids sort as the numbers do. */
const NUMBER_DIGITS = 10;

/** One version of something that changes, as stored: written once, never changed, never deleted. */
export interface Version<Content> {
  /** What has the version: the id of a profile or preset, the key of a setting. */
  readonly of: string;
  /** From 1. */
  readonly version: number;
  readonly content: Content;
  /** JSON pointers of what is not as in the version before; none in the first. */
  readonly changed: readonly string[];
  readonly actor: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reason?: string;
  /** The version whose content this one has again. */
  readonly restoredVersion?: number;
  /** The preset, and its version, of which a profile has strategy and risk. */
  readonly presetId?: string;
  readonly presetVersion?: number;
}

/** Who asks for a change, and what makes the request repeatable. */
export interface ChangeMark {
  readonly actor: string;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  /** The version that the caller has seen; `undefined` where any will do. */
  readonly expectedVersion: number | undefined;
}

/** What a change says of itself. */
export interface ChangeFacts {
  readonly actor: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reason?: string | undefined;
  readonly restoredVersion?: number | undefined;
  readonly preset?: { readonly presetId: string; readonly presetVersion: number } | undefined;
}

/** The version after `before`, or `undefined` where the content is the same. */
export function nextVersion<Content extends object>(
  before: Pick<Version<Content>, 'of' | 'version' | 'content'>,
  content: Content,
  { actor, at, reason, restoredVersion, preset }: ChangeFacts,
): Version<Content> | undefined {
  const changed = changedPlaces(before.content, content);
  if (changed.length === 0) return undefined;
  return {
    ...{ of: before.of, version: before.version + 1, content, changed, actor, at },
    ...(reason === undefined ? {} : { reason }),
    ...(restoredVersion === undefined ? {} : { restoredVersion }),
    ...preset,
  };
}

/** JSON pointers of what differs, two levels deep at most. */
export function changedPlaces(before: object, after: object, parent = ''): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].sort().flatMap((name) => {
    const [old, now] = [before, after].map((of) => (of as Record<string, unknown>)[name]);
    if (isDeepStrictEqual(old, now)) return [];
    const pointer = `${parent}/${name}`;
    const isDeeper = parent === '' && (isPlain(old) || isPlain(now));
    if (!isDeeper) return [pointer];
    const places = changedPlaces(isPlain(old) ? old : {}, isPlain(now) ? now : {}, pointer);
    return places.length === 0 ? [pointer] : places;
  });
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The id of the row of a version. Behind those of all earlier versions, and before those of all later ones. */
export function versionRowId(of: string, version: number): string {
  return `version:${of}:${String(version).padStart(NUMBER_DIGITS, '0')}`;
}

/** The id of the row that answers a repetition of the request. */
export function answerRowId(of: string, { actor, idempotencyKey }: ChangeMark): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([actor, idempotencyKey]))
    .digest('hex');
  return `answer:${of}:${digest}`;
}

/** What is said of every version, whatever it is of. */
export function factsOf<Content>(said: Version<Content>) {
  const { version, changed, actor, reason, restoredVersion, presetId, presetVersion } = said;
  return {
    version,
    ...(changed.length === 0 ? {} : { changed: [...changed] }),
    actor,
    ...(reason === undefined ? {} : { reason }),
    ...(restoredVersion === undefined ? {} : { restoredVersion }),
    ...(presetId === undefined ? {} : { presetId }),
    ...(presetVersion === undefined ? {} : { presetVersion }),
  };
}
