import type { IncomingHttpHeaders } from 'node:http';
import type { SqlValue } from '../storage/sqlite.js';
import type { ContainerStore } from './container-store.js';
import { badRequest } from './cosmos-error.js';
import { canonicalKey, parsePartitionKey, prefixRange } from './partition-key.js';
import { rangeById } from './partition-ranges.js';

/** The part of a container that a query or a change-feed read looks at, as conditions on its table. */
export interface Scope {
  /** One logical partition; partitions whose key begins alike; or all. */
  readonly breadth: 'partition' | 'prefix' | 'all';
  /** Neither a key nor a range was named. */
  readonly isWhole: boolean;
  readonly conditions: readonly string[];
  readonly params: readonly SqlValue[];
}

/** Reads the scope out of the partition key, range and hashed-key headers. Throws 400, and 410 for an unknown range. */
export function scopeOf(container: ContainerStore, headers: IncomingHttpHeaders): Scope {
  const conditions: string[] = [];
  const params: SqlValue[] = [];
  const breadth = narrowToKey(container, headers['x-ms-documentdb-partitionkey'], conditions, params);
  const rangeId = headers['x-ms-documentdb-partitionkeyrangeid'];
  const bounds: [string | undefined, string | undefined][] = [];
  const [start, end] = [one(headers['x-ms-start-epk']), one(headers['x-ms-end-epk'])];
  if (start !== undefined || end !== undefined) bounds.push([start, end]);
  if (typeof rangeId === 'string' && rangeId !== '') {
    const range = rangeById(container.ranges, rangeId);
    bounds.push([range.min, range.max]);
  }
  const isWhole = breadth === 'all' && bounds.flat().every((bound) => bound === undefined);
  const scope: Scope = { breadth, isWhole, conditions, params };
  return bounds.reduce((narrowed, [min, max]) => withinPlaces(narrowed, min, max), scope);
}

/** The part of a scope within two places of the key space. */
export function withinPlaces(scope: Scope, min = '', max = 'FF'): Scope {
  return {
    ...scope,
    conditions: [...scope.conditions, ...(min === '' ? [] : ['epk >= ?']), ...(max === 'FF' ? [] : ['epk < ?'])],
    params: [...scope.params, ...(min === '' ? [] : [min]), ...(max === 'FF' ? [] : [max])],
  };
}

function narrowToKey(
  container: ContainerStore,
  header: string | string[] | undefined,
  conditions: string[],
  params: SqlValue[],
): Scope['breadth'] {
  if (typeof header !== 'string') return 'all';
  const key = parsePartitionKey(header);
  const missing = container.definition.keyPaths.length - key.length;
  if (missing < 0) throw badRequest('The partition key has more components than the container.');
  if (missing === 0) {
    conditions.push('pk = ?');
    params.push(canonicalKey(key));
    return 'partition';
  }
  conditions.push('pk >= ?', 'pk < ?');
  params.push(...prefixRange(key));
  return 'prefix';
}

const one = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' && header !== '' ? header : undefined;
