import type { HttpRequest } from '../http/http-server.js';
import type { IncomingHttpHeaders } from 'node:http';
import { readContainerDefinition } from './container-definition.js';
import { requireValidContainer } from './container-rules.js';
import type { ContainerStore } from './container-store.js';
import type { CosmosReply } from './cosmos-reply.js';
import { notSupported, preconditionFailed } from './cosmos-error.js';
import type { JsonObject } from './json.js';
import { DELETED, metadataReply } from './metadata-reply.js';
import type { MetadataContext } from './metadata.js';
import { throughputIn } from './offers.js';
import { isQuery, isSet, parseObject } from './request-body.js';
import { resourceFeedReply } from './resource-feed.js';

const INDEX_PROGRESS = { 'x-ms-documentdb-collection-index-transformation-progress': '100' };
const KB_BYTES = 1024;

/** `/dbs/D/colls`: create, list or query containers. Throws 400, 404, and 409 for an id that is taken. */
export async function containersRequest(
  context: MetadataContext,
  http: HttpRequest,
  databaseId: string,
): Promise<CosmosReply> {
  const { catalog, commits, nowSeconds, ranges } = context;
  if (http.method === 'GET' || isQuery(http)) {
    const resources = catalog.listContainers(databaseId).map(bodyOf);
    const parent = catalog.database(databaseId).rid;
    return resourceFeedReply({ parent, name: 'DocumentCollections', resources }, http);
  }
  if (http.method !== 'POST') throw notSupported(`${http.method} of containers`);
  const body = parseObject(http.body);
  requireValidContainer(body);
  const definition = readContainerDefinition(body);
  const capacity = { ranges, throughput: throughputIn(http.headers) };
  const created = await commits.submit(() => catalog.createContainer(databaseId, definition, capacity, nowSeconds()));
  return { ...metadataReply(201, bodyOf(created), INDEX_PROGRESS), container: created };
}

/** `/dbs/D/colls/C`: read, replace or delete a container. Throws 400, 404, and 412 when If-Match names another version. */
export async function containerRequest(
  context: MetadataContext,
  http: HttpRequest,
  [databaseId, id]: readonly [string, string],
): Promise<CosmosReply> {
  const { catalog, commits, nowSeconds } = context;
  const container = catalog.container(databaseId, id);
  switch (http.method) {
    case 'GET':
      return {
        ...metadataReply(200, bodyOf(container), { ...INDEX_PROGRESS, ...quotaOf(container, http) }),
        container,
      };
    case 'PUT': {
      const body = parseObject(http.body);
      requireValidContainer(body);
      const definition = readContainerDefinition(body);
      await commits.submit(() => {
        requireMatch(container, http.headers);
        catalog.replaceContainer(databaseId, id, definition, nowSeconds());
      });
      return { ...metadataReply(200, bodyOf(container), INDEX_PROGRESS), container };
    }
    case 'DELETE':
      await commits.submit(() => {
        requireMatch(container, http.headers);
        catalog.deleteContainer(databaseId, id);
      });
      return DELETED;
    default:
      throw notSupported(`${http.method} of a container`);
  }
}

function requireMatch(container: ContainerStore, headers: IncomingHttpHeaders): void {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(container)) throw preconditionFailed();
}

const etagOf = ({ rid, version }: ContainerStore): string => `"${rid}-${version}"`;

const bodyOf = (container: ContainerStore): JsonObject => ({
  ...container.definition.body,
  _rid: container.rid,
  _self: container.self,
  _etag: etagOf(container),
  _ts: container.ts,
  _docs: 'docs/',
  _sprocs: 'sprocs/',
  _triggers: 'triggers/',
  _udfs: 'udfs/',
  _conflicts: 'conflicts/',
});

/** How much a container holds, for a client that asks. */
function quotaOf(container: ContainerStore, { headers }: HttpRequest): Record<string, string> {
  if (!isSet(headers, 'x-ms-documentdb-populatequotainfo')) return {};
  const { count, bytes } = container.size();
  const kilobytes = Math.ceil(bytes / KB_BYTES);
  return { 'x-ms-resource-usage': `documentsCount=${count};documentsSize=${kilobytes};collectionSize=${kilobytes};` };
}
