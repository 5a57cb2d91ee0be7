import type { IncomingHttpHeaders } from 'node:http';
import type { ChangeFeedPage } from './change-feed.js';
import { badRequest } from './cosmos-error.js';
import { RESPONSE_BYTES_MAX } from './page.js';
import { changeFeedCharge } from './request-charge.js';

/** The last change that a reader has seen; undefined for one that begins. Throws 400. */
export function continuationIn(headers: IncomingHttpHeaders, committed: number): number | undefined {
  const token = headers['if-none-match'];
  if (token === '*') return committed;
  if (token === undefined || token === '') return undefined;
  const [, lsn] = /^"?(\d+)"?$/.exec(token) ?? [];
  if (lsn === undefined) throw badRequest('If-None-Match is not a continuation of this change feed.');
  return Number(lsn);
}

/** What was looked for: at most `limit` changes after one, out of those up to the last that is on disk. */
export interface FeedSearch {
  readonly after: number;
  readonly committed: number;
  readonly limit: number;
}

/** A page of the changes that were found, in order, as many as a response holds. */
export function feedPage(
  found: readonly { readonly lsn: number; readonly text: string }[],
  { after, committed, limit }: FeedSearch,
): ChangeFeedPage {
  const documents: string[] = [];
  let bytes = 0;
  for (const { text } of found) {
    bytes += text.length;
    if (bytes > RESPONSE_BYTES_MAX && documents.length > 0) break;
    documents.push(text);
  }
  const reachedEnd = found.length < limit && documents.length === found.length;
  const last = found[documents.length - 1]?.lsn ?? after;
  return {
    documents,
    etag: `"${reachedEnd ? Math.max(committed, last) : last}"`,
    requestUnits: changeFeedCharge(bytes),
  };
}
