import type { IncomingHttpHeaders } from 'node:http';
import type { SqlValue } from '../storage/sqlite.js';
import type { ContainerStore } from './container-store.js';
import { badRequest, notSupported } from './cosmos-error.js';
import { pageSizeOf, RESPONSE_BYTES_MAX } from './page.js';
import { changeFeedCharge } from './request-charge.js';
import { scopeOf } from './scope.js';

/** One page of the feed; no documents means the reader is caught up. */
export interface ChangeFeedPage {
  /** Each a document as JSON, with its `_lsn`. */
  readonly documents: readonly string[];
  /** Where the next page starts, as an entity tag. */
  readonly etag: string;
  readonly requestUnits: number;
}

interface ChangeRow {
  readonly lsn: number;
  readonly body: string;
}

/**
 * The newest version of every item changed after the start given by the headers, oldest change first. Change numbers are
 * handed out by the one writer inside the transaction that commits them, so a reader that has seen a number never
 * misses a smaller one.
 */
export function readChangeFeed(
  container: ContainerStore,
  headers: IncomingHttpHeaders,
  nowSeconds: number,
): ChangeFeedPage {
  if (String(headers['a-im']).toLowerCase() !== 'incremental feed') {
    throw notSupported('A change feed of all versions and deletes');
  }
  const committed = container.committedLsn();
  const start = startOf(headers, committed);
  const rows = changesAfter(container, headers, start, nowSeconds);
  const { documents, bytes } = withinLimit(rows);
  const reachedEnd = rows.length < pageSizeOf(headers) && documents.length === rows.length;
  const last = rows[documents.length - 1]?.lsn ?? start.after;
  return {
    documents,
    etag: `"${reachedEnd ? Math.max(committed, last) : last}"`,
    requestUnits: changeFeedCharge(bytes),
  };
}

interface FeedStart {
  readonly after: number;
  /** Epoch seconds. */
  readonly since: number | undefined;
}

function startOf(headers: IncomingHttpHeaders, committed: number): FeedStart {
  const token = headers['if-none-match'];
  if (token === '*') return { after: committed, since: undefined };
  const modifiedSince = headers['if-modified-since'];
  const since = modifiedSince === undefined ? undefined : Math.floor(Date.parse(modifiedSince) / 1_000);
  if (since !== undefined && Number.isNaN(since)) throw badRequest('If-Modified-Since is not a date.');
  if (token === undefined || token === '') return { after: 0, since };
  const [, lsn] = /^"?(\d+)"?$/.exec(token) ?? [];
  if (lsn === undefined) throw badRequest('If-None-Match is not a continuation of this change feed.');
  return { after: Number(lsn), since };
}

function changesAfter(
  container: ContainerStore,
  headers: IncomingHttpHeaders,
  start: FeedStart,
  nowSeconds: number,
): ChangeRow[] {
  const scope = scopeOf(container, headers);
  const conditions = ['lsn > ?', '(exp IS NULL OR exp > ?)', ...scope.conditions];
  const params: SqlValue[] = [start.after, nowSeconds, ...scope.params];
  if (start.since !== undefined) {
    conditions.push('ts >= ?');
    params.push(start.since);
  }
  const order = `ORDER BY lsn LIMIT ${pageSizeOf(headers)}`;
  const index = `INDEXED BY ${container.table}_lsn`;
  const sql = `SELECT lsn, body FROM ${container.table} ${index} WHERE ${conditions.join(' AND ')} ${order}`;
  return container.prepare<ChangeRow>(sql).all(...params);
}

function withinLimit(rows: readonly ChangeRow[]): { documents: string[]; bytes: number } {
  const documents: string[] = [];
  let bytes = 0;
  for (const { lsn, body } of rows) {
    bytes += body.length;
    if (bytes > RESPONSE_BYTES_MAX && documents.length > 0) break;
    documents.push(`${body.slice(0, -1)},"_lsn":${lsn}}`);
  }
  return { documents, bytes };
}
