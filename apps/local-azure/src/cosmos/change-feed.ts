import type { IncomingHttpHeaders } from 'node:http';
import type { SqlValue } from '../storage/sqlite.js';
import type { ContainerStore } from './container-store.js';
import { badRequest } from './cosmos-error.js';
import { continuationIn, feedPage } from './feed-page.js';
import { pageSizeOf } from './page.js';
import { scopeOf } from './scope.js';
import { readVersionFeed } from './version-feed.js';

/** One page of the feed; no documents means the reader is caught up. */
export interface ChangeFeedPage {
  /** Each as JSON: a document with its `_lsn`, or a version with what is known about it. */
  readonly documents: readonly string[];
  /** Where the next page starts, as an entity tag. */
  readonly etag: string;
  readonly requestUnits: number;
}

interface ChangeRow {
  readonly lsn: number;
  readonly body: string;
}

/** Reads the feed in the mode that the headers ask for. Throws 400. */
export function readChangeFeed(
  container: ContainerStore,
  headers: IncomingHttpHeaders,
  nowSeconds: number,
): ChangeFeedPage {
  const mode = String(headers['a-im']).toLowerCase();
  if (mode === 'full-fidelity feed') return readVersionFeed(container, headers);
  if (mode === 'incremental feed') return readLatestVersions(container, headers, nowSeconds);
  throw badRequest(`A-IM: ${mode} is not a mode of the change feed.`);
}

/**
 * The newest version of every item changed after the start given by the headers, oldest change first. Change numbers are
 * handed out by the one writer inside the transaction that commits them, so a reader that has seen a number never
 * misses a smaller one.
 */
function readLatestVersions(
  container: ContainerStore,
  headers: IncomingHttpHeaders,
  nowSeconds: number,
): ChangeFeedPage {
  const committed = container.committedLsn();
  const after = continuationIn(headers, committed) ?? 0;
  const limit = pageSizeOf(headers);
  const scope = scopeOf(container, headers);
  const conditions = ['lsn > ?', '(exp IS NULL OR exp > ?)', ...scope.conditions];
  const params: SqlValue[] = [after, nowSeconds, ...scope.params];
  const since = headers['if-none-match'] === '*' ? undefined : timeIn(headers);
  if (since !== undefined) {
    conditions.push('ts >= ?');
    params.push(since);
  }
  const where = `INDEXED BY ${container.table}_lsn WHERE ${conditions.join(' AND ')}`;
  const sql = `SELECT lsn, body FROM ${container.table} ${where} ORDER BY lsn LIMIT ${limit}`;
  const rows = container.prepare<ChangeRow>(sql).all(...params);
  const found = rows.map(({ lsn, body }) => ({ lsn, text: `${body.slice(0, -1)},"_lsn":${lsn}}` }));
  return feedPage(found, { after, committed, limit });
}

/** Epoch seconds from which changes count, if the reader says so. */
function timeIn(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['if-modified-since'];
  if (text === undefined) return undefined;
  const seconds = Math.floor(Date.parse(text) / 1_000);
  if (Number.isNaN(seconds)) throw badRequest('If-Modified-Since is not a date.');
  return seconds;
}
