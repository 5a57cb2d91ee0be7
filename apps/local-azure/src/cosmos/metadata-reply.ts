import type { CosmosReply } from './cosmos-reply.js';
import type { JsonObject } from './json.js';
import { feedBody } from './page.js';
import { METADATA_RU } from './request-charge.js';

/** The answer with one resource of the account. */
export function metadataReply(status: number, body: JsonObject, headers: Record<string, string> = {}): CosmosReply {
  const all = typeof body['_etag'] === 'string' ? { ...headers, etag: body['_etag'] } : headers;
  return { status, body: JSON.stringify(body), headers: all, requestUnits: METADATA_RU, kind: 'metadata' };
}

/** The answer to a delete. */
export const DELETED: CosmosReply = { status: 204, requestUnits: METADATA_RU, kind: 'metadata' };

/** The answer with a page of resources, each as JSON. */
export function metadataFeed(
  parent: string,
  name: string,
  resources: readonly string[],
  headers: Record<string, string> = {},
): CosmosReply {
  return {
    status: 200,
    body: feedBody(parent, name, resources),
    headers: { 'x-ms-item-count': String(resources.length), ...headers },
    requestUnits: METADATA_RU,
    kind: 'metadata',
  };
}
