import { createHash } from 'node:crypto';
import { badRequest, type CosmosError } from '../cosmos-error.js';
import { isJsonObject } from '../json.js';
import type { Position } from './rows.js';

/** Where the next page of a query begins. */
export interface QueryProgress {
  /** The last row of which everything was given. */
  readonly position: Position | undefined;
  /** Fitting results passed over for OFFSET. */
  readonly skipped: number;
  /** Results given so far. */
  readonly taken: number;
  /** A row of which only the first results were given, and how many. */
  readonly within?: { readonly at: Position; readonly count: number };
  /** The key of the last group that was given. */
  readonly group?: string;
}

/** The beginning of a query. */
export const BEGINNING: QueryProgress = { position: undefined, skipped: 0, taken: 0 };

/** Stands around the filter by which clients resume an ordered query: what is between belongs to a page, not to the query. */
const RESUME_BEGINS = '/*resume*/';
const RESUME_ENDS = '/*resumed*/';

/** Marks the place of the filter that resumes a query, so that a token of one page fits the next. */
export const resumable = (filter: string): string => `${RESUME_BEGINS}${filter}${RESUME_ENDS}`;

/** Writes a continuation token that fits a header and belongs to this query text only. */
export function writeContinuation(progress: QueryProgress, query: string): string {
  const { position, skipped, taken, within, group } = progress;
  const token = [fingerprint(query), position ?? null, skipped, taken, within ?? null, group ?? null];
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/** Reads a continuation token back. Throws 400 for one that is not of this query. */
export function readContinuation(token: string, query: string): QueryProgress {
  const [mark, position, skipped, taken, within = null, group = null] = listIn(token);
  if (mark !== fingerprint(query)) throw notOfThisQuery();
  if (!isCount(skipped) || !isCount(taken) || !(position === null || isPosition(position))) throw notOfThisQuery();
  if (!(within === null || isWithin(within)) || !(group === null || typeof group === 'string')) throw notOfThisQuery();
  return {
    position: position ?? undefined,
    skipped,
    taken,
    ...(within === null ? {} : { within }),
    ...(group === null ? {} : { group }),
  };
}

/** 400 for a token of another query, or of none. */
export const notOfThisQuery = (): CosmosError => badRequest('The continuation token does not belong to this query.');

/** The parts of a token; none when it is not one. */
export function listIn(token: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

/** Fingerprints remembered at most, then all are forgotten; and characters of a query whose fingerprint is. */
const FINGERPRINTS_MAX = 1_000;
const REMEMBERED_LENGTH_MAX = 4_000;
const fingerprints = new Map<string, string>();

/** A short text that is the same for the same query only. */
export function fingerprint(query: string): string {
  const known = fingerprints.get(query);
  if (known !== undefined) return known;
  const made = hashOf(query);
  if (fingerprints.size >= FINGERPRINTS_MAX) fingerprints.clear();
  if (query.length <= REMEMBERED_LENGTH_MAX) fingerprints.set(query, made);
  return made;
}

function hashOf(query: string): string {
  const begin = query.indexOf(RESUME_BEGINS);
  const end = query.indexOf(RESUME_ENDS, begin);
  const lasting = begin < 0 || end < 0 ? query : query.slice(0, begin) + query.slice(end);
  return createHash('sha256').update(lasting).digest('base64url').slice(0, 8);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isPosition = (value: unknown): value is Position =>
  Array.isArray(value) && value.every((part) => typeof part === 'string' || typeof part === 'number');

const isWithin = (value: unknown): value is NonNullable<QueryProgress['within']> =>
  isJsonObject(value) && isPosition(value['at']) && isCount(value['count']);
