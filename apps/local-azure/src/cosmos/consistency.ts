import type { IncomingHttpHeaders } from 'node:http';
import type { ContainerStore } from './container-store.js';
import { badRequest, notFound, SUBSTATUS_SESSION_NOT_AVAILABLE } from './cosmos-error.js';
import { parsePartitionKey } from './partition-key.js';
import { rangeOf, type PartitionRange } from './partition-ranges.js';

/** What a request may ask of an account whose level is Session; the stronger levels are refused. */
const LEVELS: ReadonlySet<string> = new Set(['Session', 'ConsistentPrefix', 'Eventual']);
const STRONGER_LEVELS: ReadonlySet<string> = new Set(['Strong', 'BoundedStaleness']);

/** The physical partitions that a request concerns; all of them when it names neither a key nor a range that exist. */
export function rangesOf(container: ContainerStore, headers: IncomingHttpHeaders): readonly PartitionRange[] {
  const { ranges } = container;
  if (ranges.length === 1) return ranges;
  const named = ranges.find(({ id }) => id === headers['x-ms-documentdb-partitionkeyrangeid']);
  if (named !== undefined) return [named];
  const header = headers['x-ms-documentdb-partitionkey'];
  if (typeof header !== 'string') return ranges;
  const key = parsePartitionKey(header);
  const isFull = key.length === container.definition.keyPaths.length;
  return isFull ? [rangeOf(ranges, container.places.placeOf(key))] : ranges;
}

/** The session token of an answer: for each range, the last change that is on disk. */
export function sessionTokenOf(container: ContainerStore, ranges: readonly PartitionRange[]): string {
  return ranges.map(({ id }) => `${id}:-1#${container.committedLsn()}`).join(',');
}

/**
 * Throws 400 when a request asks for a level stronger than the account's, and 404 with the sub-status that clients know when
 * a read comes with a session token that is ahead of what is on disk.
 */
export function requireConsistency(
  container: ContainerStore,
  headers: IncomingHttpHeaders,
  ranges: readonly PartitionRange[],
): void {
  const level = headers['x-ms-consistency-level'] ?? 'Session';
  if (typeof level !== 'string' || (!LEVELS.has(level) && !STRONGER_LEVELS.has(level))) {
    throw badRequest(`The consistency level ${String(level)} is invalid.`);
  }
  if (STRONGER_LEVELS.has(level)) {
    throw badRequest(
      `ConsistencyLevel ${level} specified in the request is invalid when service is configured with consistency level Session. ` +
        'Ensure the request consistency level is not stronger than the service consistency level.',
    );
  }
  const token = headers['x-ms-session-token'];
  if (level !== 'Session' || typeof token !== 'string' || token === '') return;
  const concerned = new Set(ranges.map(({ id }) => id));
  const isAhead = token.split(',').some((part) => {
    const [, range, lsn] = /^([^:]+):(?:-?\d+#)?(\d+)/.exec(part.trim()) ?? [];
    if (range === undefined) throw badRequest('The session token provided is invalid.');
    return concerned.has(range) && Number(lsn) > container.committedLsn();
  });
  if (isAhead) throw notFound('the session of the given session token', SUBSTATUS_SESSION_NOT_AVAILABLE);
}
