import type { GroupCommit } from '../storage/group-commit.js';
import type { Catalog, DatabaseEntry } from './catalog.js';
import { readContainerDefinition } from './container-definition.js';
import type { ContainerStore } from './container-store.js';
import type { CosmosReply } from './cosmos-reply.js';
import { badRequest, notSupported } from './cosmos-error.js';
import { isJsonObject, type Json, type JsonObject } from './json.js';
import { feedBody } from './page.js';
import { METADATA_RU } from './request-charge.js';
import { containerSelf } from './resource-id.js';

const INDEX_PROGRESS = { 'x-ms-documentdb-collection-index-transformation-progress': '100' };

/** What the handlers of accounts, databases and containers work on. */
export interface MetadataContext {
  readonly catalog: Catalog;
  readonly commits: GroupCommit;
  readonly nowSeconds: () => number;
  /** Physical partitions of a container that is created. */
  readonly ranges: number;
}

/** The account as clients read it to find the regions; `host` is where the client thinks the server is. */
export function readAccount(host: string): CosmosReply {
  const locations = [{ name: 'Local', databaseAccountEndpoint: `http://${host}/` }];
  return metadataReply(200, {
    id: 'local-azure',
    _rid: 'local-azure',
    writableLocations: locations,
    readableLocations: locations,
    enableMultipleWriteLocations: false,
    userConsistencyPolicy: { defaultConsistencyLevel: 'Session' },
    userReplicationPolicy: { minReplicaSetSize: 1, maxReplicasetSize: 1, asyncReplication: false },
    queryEngineConfiguration: '{}',
    addresses: '//addresses/',
    media: '//media/',
  });
}

/** `/dbs` and `/dbs/D`. */
export async function databaseRequest(
  context: MetadataContext,
  method: string,
  id: string | undefined,
  body: Buffer,
): Promise<CosmosReply> {
  const { catalog, commits, nowSeconds } = context;
  if (id === undefined) {
    if (method === 'GET') return metadataFeed('', 'Databases', catalog.listDatabases().map(databaseBody));
    if (method !== 'POST') throw notSupported(`${method} of databases`);
    const wanted = parseObject(body)['id'];
    if (typeof wanted !== 'string' || wanted === '') throw badRequest('The database needs an id.');
    return metadataReply(201, databaseBody(await commits.submit(() => catalog.createDatabase(wanted, nowSeconds()))));
  }
  if (method === 'GET') return metadataReply(200, databaseBody(catalog.database(id)));
  if (method !== 'DELETE') throw notSupported(`${method} of a database`);
  await commits.submit(() => catalog.deleteDatabase(id));
  return { status: 204, requestUnits: METADATA_RU, kind: 'metadata' };
}

/** `/dbs/D/colls` and `/dbs/D/colls/C`. */
export async function containerRequest(
  context: MetadataContext,
  method: string,
  [databaseId, id]: readonly [string, string | undefined],
  body: Buffer,
): Promise<CosmosReply> {
  const { catalog, commits, nowSeconds, ranges } = context;
  if (id === undefined) {
    if (method === 'GET') {
      return metadataFeed(
        catalog.database(databaseId).rid,
        'DocumentCollections',
        catalog.listContainers(databaseId).map(containerBody),
      );
    }
    if (method !== 'POST') throw notSupported(`${method} of containers`);
    const definition = readContainerDefinition(parseObject(body));
    const created = await commits.submit(() => catalog.createContainer(databaseId, definition, ranges, nowSeconds()));
    return { ...metadataReply(201, containerBody(created), INDEX_PROGRESS), container: created };
  }
  const container = catalog.container(databaseId, id);
  if (method === 'GET') return { ...metadataReply(200, containerBody(container), INDEX_PROGRESS), container };
  if (method === 'PUT') {
    const definition = readContainerDefinition(parseObject(body));
    await commits.submit(() => catalog.replaceContainer(databaseId, id, definition, nowSeconds()));
    return { ...metadataReply(200, containerBody(container), INDEX_PROGRESS), container };
  }
  if (method !== 'DELETE') throw notSupported(`${method} of a container`);
  await commits.submit(() => catalog.deleteContainer(databaseId, id));
  return { status: 204, requestUnits: METADATA_RU, kind: 'metadata' };
}

function databaseBody({ id, rid, ts }: DatabaseEntry): JsonObject {
  return { id, _rid: rid, _self: `dbs/${rid}/`, _etag: `"${rid}"`, _colls: 'colls/', _users: 'users/', _ts: ts };
}

function containerBody({ definition, rid, ts }: ContainerStore): JsonObject {
  return {
    ...definition.body,
    _rid: rid,
    _self: containerSelf(rid),
    _etag: `"${rid}-${ts}"`,
    _ts: ts,
    _docs: 'docs/',
    _sprocs: 'sprocs/',
    _triggers: 'triggers/',
    _udfs: 'udfs/',
    _conflicts: 'conflicts/',
  };
}

function metadataReply(status: number, body: JsonObject, headers: Record<string, string> = {}): CosmosReply {
  const all = typeof body['_etag'] === 'string' ? { ...headers, etag: body['_etag'] } : headers;
  return { status, body: JSON.stringify(body), headers: all, requestUnits: METADATA_RU, kind: 'metadata' };
}

/** A whole feed of resources. */
export function metadataFeed(rid: string, name: string, resources: readonly object[]): CosmosReply {
  const documents = resources.map((resource) => JSON.stringify(resource));
  const headers = { 'x-ms-item-count': String(documents.length) };
  return { status: 200, body: feedBody(rid, name, documents), headers, requestUnits: METADATA_RU, kind: 'metadata' };
}

/** The JSON value in a request body. Throws 400. */
export function parseBody(body: Buffer): Json {
  try {
    return JSON.parse(body.toString('utf8')) as Json;
  } catch {
    throw badRequest('The request body is not valid JSON.');
  }
}

/** The JSON object in a request body. Throws 400. */
export function parseObject(body: Buffer): JsonObject {
  const value = parseBody(body);
  if (!isJsonObject(value)) throw badRequest('The request body must be a JSON object.');
  return value;
}
