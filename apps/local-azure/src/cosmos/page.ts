import type { IncomingHttpHeaders } from 'node:http';
import { badRequest } from './cosmos-error.js';

/** Documents in a page when the client does not say. */
const PAGE_ITEMS_DEFAULT = 100;
/** Documents in a page when the client leaves it to the server, and the most it gets. */
const PAGE_ITEMS_MAX = 1_000;
/** A page is not filled beyond this. */
export const RESPONSE_BYTES_MAX = 4 * 1024 * 1024;

/** How many documents the client wants in a page. Throws 400. */
export function pageSizeOf(headers: IncomingHttpHeaders): number {
  const header = headers['x-ms-max-item-count'];
  if (header === undefined || header === '') return PAGE_ITEMS_DEFAULT;
  const count = Number(header);
  if (count === -1) return PAGE_ITEMS_MAX;
  if (!Number.isInteger(count) || count < 1) throw badRequest('x-ms-max-item-count must be -1 or a positive number.');
  return Math.min(count, PAGE_ITEMS_MAX);
}

/** The body of a feed, made of documents that are JSON already. */
export function feedBody(rid: string, name: string, documents: readonly string[]): string {
  return `{"_rid":${JSON.stringify(rid)},"${name}":[${documents.join(',')}],"_count":${documents.length}}`;
}
