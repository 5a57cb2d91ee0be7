import type { HttpRequest } from '../http/http-server.js';
import type { CosmosReply } from './cosmos-reply.js';
import { badRequest } from './cosmos-error.js';
import type { JsonObject } from './json.js';
import { metadataFeed } from './metadata-reply.js';
import { pageSizeOf } from './page.js';
import { isQuery, parseObject } from './request-body.js';
import { resourceFilter } from './query/resource-filter.js';

/** A feed of databases, containers or offers. */
export interface ResourceFeed {
  /** The internal id of what the resources belong to; empty for the account. */
  readonly parent: string;
  /** The name of the list in the body. */
  readonly name: string;
  /** Each with its `_rid`, in an order that does not change. */
  readonly resources: readonly JsonObject[];
}

/** Lists or queries resources, page by page. Throws 400. */
export function resourceFeedReply({ parent, name, resources }: ResourceFeed, http: HttpRequest): CosmosReply {
  const select = isQuery(http) ? resourceFilter(parseObject(http.body)) : (one: JsonObject) => JSON.stringify(one);
  const start = startOf(http, resources);
  const size = pageSizeOf(http.headers);
  const results: string[] = [];
  for (const [index, resource] of resources.entries()) {
    if (index < start) continue;
    const result = select(resource);
    if (result === undefined) continue;
    if (results.length === size) {
      const token = Buffer.from(String(resources[index - 1]!['_rid'])).toString('base64url');
      return metadataFeed(parent, name, results, { 'x-ms-continuation': token });
    }
    results.push(result);
  }
  return metadataFeed(parent, name, results);
}

/** Pages go on behind the last resource of the page before. */
function startOf({ headers }: HttpRequest, resources: readonly JsonObject[]): number {
  const token = headers['x-ms-continuation'];
  if (typeof token !== 'string' || token === '') return 0;
  const rid = Buffer.from(token, 'base64url').toString('utf8');
  const index = resources.findIndex((resource) => resource['_rid'] === rid);
  if (index === -1) throw badRequest('The continuation token does not belong to this feed.');
  return index + 1;
}
