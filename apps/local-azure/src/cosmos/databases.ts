import type { HttpRequest } from '../http/http-server.js';
import type { DatabaseEntry } from './catalog-rows.js';
import type { CosmosReply } from './cosmos-reply.js';
import { notSupported, preconditionFailed } from './cosmos-error.js';
import type { JsonObject } from './json.js';
import { DELETED, metadataReply } from './metadata-reply.js';
import type { MetadataContext } from './metadata.js';
import { throughputIn } from './offers.js';
import { isQuery, parseObject } from './request-body.js';
import { resourceFeedReply } from './resource-feed.js';
import { databaseSelf } from './resource-id.js';
import { requireResourceId } from './resource-name.js';

/** `/dbs`: create, list or query databases. Throws 400, and 409 for an id that is taken. */
export async function databasesRequest(context: MetadataContext, http: HttpRequest): Promise<CosmosReply> {
  const { catalog, commits, nowSeconds } = context;
  if (http.method === 'GET' || isQuery(http)) {
    return resourceFeedReply({ parent: '', name: 'Databases', resources: catalog.listDatabases().map(bodyOf) }, http);
  }
  if (http.method !== 'POST') throw notSupported(`${http.method} of databases`);
  const id = requireResourceId(parseObject(http.body), 'database');
  const throughput = throughputIn(http.headers);
  return metadataReply(201, bodyOf(await commits.submit(() => catalog.createDatabase(id, nowSeconds(), throughput))));
}

/** `/dbs/D`: read or delete a database. Throws 404, and 412 when If-Match names another version. */
export async function databaseRequest(context: MetadataContext, http: HttpRequest, id: string): Promise<CosmosReply> {
  const { catalog, commits } = context;
  const body = bodyOf(catalog.database(id));
  if (http.method === 'GET') return metadataReply(200, body);
  if (http.method !== 'DELETE') throw notSupported(`${http.method} of a database`);
  const ifMatch = http.headers['if-match'];
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== body['_etag']) throw preconditionFailed();
  await commits.submit(() => catalog.deleteDatabase(id));
  return DELETED;
}

const bodyOf = ({ id, rid, ts }: DatabaseEntry): JsonObject => ({
  id,
  _rid: rid,
  _self: databaseSelf(rid),
  _etag: `"${rid}"`,
  _colls: 'colls/',
  _users: 'users/',
  _ts: ts,
});
