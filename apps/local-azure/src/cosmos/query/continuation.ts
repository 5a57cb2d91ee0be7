import { createHash } from 'node:crypto';
import { badRequest } from '../cosmos-error.js';
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

/** Writes a continuation token that fits a header and belongs to this query text only. */
export function writeContinuation(progress: QueryProgress, query: string): string {
  const { position, skipped, taken, within, group } = progress;
  const token = [fingerprint(query), position ?? null, skipped, taken, within ?? null, group ?? null];
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/** Reads a continuation token back. Throws 400 for one that is not of this query. */
export function readContinuation(token: string, query: string): QueryProgress {
  const parts = parsed(token);
  if (!Array.isArray(parts) || parts.length < 4 || parts[0] !== fingerprint(query)) {
    throw badRequest('The continuation token does not belong to this query.');
  }
  const [, position, skipped, taken, within, group] = parts as [
    string,
    Position | null,
    number,
    number,
    (QueryProgress['within'] | null)?,
    (string | null)?,
  ];
  return {
    position: position ?? undefined,
    skipped: Number(skipped),
    taken: Number(taken),
    ...(within ? { within } : {}),
    ...(typeof group === 'string' ? { group } : {}),
  };
}

function parsed(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

const fingerprint = (query: string): string => createHash('sha256').update(query).digest('base64url').slice(0, 8);
