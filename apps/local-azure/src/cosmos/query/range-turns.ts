import { CosmosError, SUBSTATUS_NOT_SERVABLE } from '../cosmos-error.js';
import { rangeOf, type PartitionRange } from '../partition-ranges.js';
import { fingerprint, listIn, notOfThisQuery } from './continuation.js';

/** The part of the key space that a page of a query over all ranges looks at, and where in it the page begins. */
export interface RangeTurn {
  readonly min: string;
  readonly max: string;
  /** The continuation within the part; absent at its beginning. */
  readonly continuation?: string;
}

/** Reads the turn out of a continuation; the first range without one. Throws 400 for one that is not of this query. */
export function readTurn(ranges: readonly PartitionRange[], token: string | undefined, query: string): RangeTurn {
  if (token === undefined) return ranges[0]!;
  const [mark, min, max, continuation] = listIn(token);
  if (mark !== fingerprint(query) || typeof min !== 'string' || typeof max !== 'string') throw notOfThisQuery();
  return typeof continuation === 'string' ? { min, max, continuation } : { min, max };
}

/** The continuation after a page: within the same part, or at the beginning of the next; undefined at the end of all. */
export function nextTurn(
  ranges: readonly PartitionRange[],
  { min, max }: RangeTurn,
  continuation: string | undefined,
  query: string,
): string | undefined {
  if (continuation !== undefined) return written([fingerprint(query), min, max, continuation]);
  if (max === 'FF') return undefined;
  return written([fingerprint(query), max, rangeOf(ranges, max).max]);
}

/**
 * 400 with the plan of the query: it must be run range by range, and the client has to put the answers together. Clients know it
 * by the additional information.
 */
export function notServable(plan: object): CosmosError {
  const message = 'The provided cross partition query can not be directly served by the gateway.';
  const details = { additionalErrorInfo: JSON.stringify(plan) };
  return new CosmosError(400, 'BadRequest', message, SUBSTATUS_NOT_SERVABLE, details);
}

const written = (parts: readonly string[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');
