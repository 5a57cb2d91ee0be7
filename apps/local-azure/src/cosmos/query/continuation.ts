import { createHash } from 'node:crypto';
import { badRequest } from '../cosmos-error.js';
import type { Position } from './rows.js';

/** Where the next page of a query begins. */
export interface QueryProgress {
  /** The last row that was looked at. */
  readonly position: Position | undefined;
  /** Fitting rows passed over for OFFSET. */
  readonly skipped: number;
  /** Results given so far. */
  readonly taken: number;
}

/** The beginning of a query. */
export const BEGINNING: QueryProgress = { position: undefined, skipped: 0, taken: 0 };

/** Writes a continuation token that fits a header and belongs to this query text only. */
export function writeContinuation({ position, skipped, taken }: QueryProgress, query: string): string {
  const token = JSON.stringify([fingerprint(query), position, skipped, taken]);
  return Buffer.from(token).toString('base64url');
}

/** Reads a continuation token back. Throws 400 for one that is not of this query. */
export function readContinuation(token: string, query: string): QueryProgress {
  const parts = parsed(token);
  if (!Array.isArray(parts) || parts.length !== 4 || parts[0] !== fingerprint(query) || !Array.isArray(parts[1])) {
    throw badRequest('The continuation token does not belong to this query.');
  }
  return { position: parts[1] as Position, skipped: Number(parts[2]), taken: Number(parts[3]) };
}

function parsed(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

const fingerprint = (query: string): string => createHash('sha256').update(query).digest('base64url').slice(0, 8);
