import type { IncomingHttpHeaders } from 'node:http';
import type { HttpRequest } from '../http/http-server.js';
import type { GroupCommit } from '../storage/group-commit.js';
import { runBatch } from './batch.js';
import { runBulk } from './bulk.js';
import { readChangeFeed } from './change-feed.js';
import type { ContainerStore } from './container-store.js';
import { rangesOf, requireConsistency } from './consistency.js';
import { badRequest, cosmosErrorOf, notSupported, tooLarge } from './cosmos-error.js';
import type { CosmosFaults } from './cosmos-faults.js';
import { refusal, type CosmosReply } from './cosmos-reply.js';
import { carryOut, draftOf, ITEM_BYTES_MAX, Items, type ItemOutcome, type PlannedOperation } from './items.js';
import { feedBody } from './page.js';
import { canonicalKey, fullKey } from './partition-key.js';
import { readPatch } from './patch.js';
import { isQuery, isSet, parseBody, parseObject } from './request-body.js';
import { queryPlanReply, queryReply } from './query/query-request.js';
import { NOTHING_READ_RU } from './request-charge.js';
import type { ThroughputLimit, ThroughputSource } from './throughput-limit.js';

/** A request for the items of a container. */
export interface DocumentRequest {
  readonly http: HttpRequest;
  readonly container: ContainerStore;
  readonly commits: GroupCommit;
  readonly nowSeconds: () => number;
  /** Absent when no faults can be ordered. */
  readonly faults: CosmosFaults | undefined;
  /** Absent when throughput is not limited. */
  readonly throughput: { readonly limit: ThroughputLimit; readonly source: ThroughputSource } | undefined;
}

type Handler = (request: DocumentRequest) => CosmosReply | Promise<CosmosReply>;

/** `/dbs/D/colls/C/docs`: create, upsert, batch, query, change feed, or list. */
export function documentsRequest(request: DocumentRequest): Promise<CosmosReply> {
  const { method, headers } = request.http;
  if (method === 'GET') {
    return 'a-im' in headers ? answer('change-feed', request, changeFeed) : answer('query', request, list);
  }
  if (method !== 'POST') throw notSupported(`${method} of items`);
  if (isSet(headers, 'x-ms-cosmos-is-query-plan-request')) return answer('query-plan', request, queryPlan);
  if (isQuery(request.http)) {
    return answer('query', request, query);
  }
  if (isSet(headers, 'x-ms-cosmos-is-batch-request')) {
    return isSet(headers, 'x-ms-cosmos-batch-atomic') ? answer('batch', request, batch) : answer('bulk', request, bulk);
  }
  return isSet(headers, 'x-ms-documentdb-is-upsert')
    ? answer('upsert', request, upsert)
    : answer('create', request, create);
}

/** `/dbs/D/colls/C/docs/I`: read, replace, patch or delete one item. */
export function documentRequest(request: DocumentRequest, id: string): Promise<CosmosReply> {
  switch (request.http.method) {
    case 'GET':
      return answer('read', request, (given) => read(given, id));
    case 'PUT':
      return answer('replace', request, (given) => replace(given, id));
    case 'PATCH':
      return answer('patch', request, (given) => patch(given, id));
    case 'DELETE':
      return answer('delete', request, (given) => remove(given, id));
    default:
      throw notSupported(`${request.http.method} of an item`);
  }
}

/** Runs a handler so that a refusal, too, is counted under its kind, and every answer tells where the session stands. */
async function answer(kind: string, request: DocumentRequest, handler: Handler): Promise<CosmosReply> {
  const { container, faults, throughput, http } = request;
  const { id } = container.definition;
  let ranges = container.ranges;
  const serve = async (): Promise<CosmosReply> => {
    throughput?.limit.admit(throughput.source);
    const reply = await handler(request);
    throughput?.limit.charge(throughput.source, reply.requestUnits);
    return reply;
  };
  try {
    ranges = rangesOf(container, http.headers);
    requireConsistency(container, http.headers, ranges);
    const reply = await (faults?.befall({ container: id, kind }, serve) ?? serve());
    return { container, ranges, ...reply };
  } catch (error) {
    return { ranges, ...refusal(cosmosErrorOf(error), kind, container) };
  }
}

const create: Handler = (request) => {
  const { http, container } = request;
  const draft = draftOf(container, documentIn(http), keyIn(container, http.headers));
  return write(request, 'create', (items) => items.create(draft));
};

const upsert: Handler = (request) => {
  const { http, container } = request;
  const draft = draftOf(container, documentIn(http), keyIn(container, http.headers));
  return write(request, 'upsert', (items) => items.upsert(draft, http.headers['if-match']));
};

function replace(request: DocumentRequest, id: string): Promise<CosmosReply> {
  const { http, container } = request;
  const draft = draftOf(container, documentIn(http), keyIn(container, http.headers));
  if (draft.id !== id) throw badRequest('The id of an item cannot be changed.');
  return write(request, 'replace', (items) => items.replace(draft, http.headers['if-match']));
}

function patch(request: DocumentRequest, id: string): Promise<CosmosReply> {
  const { http, container } = request;
  const pk = keyIn(container, http.headers);
  if (http.body.length > ITEM_BYTES_MAX) throw tooLarge('The patch');
  const changes = readPatch(parseBody(http.body), container.definition.keyPaths);
  return write(request, 'patch', (items) => items.patch(pk, id, changes, http.headers['if-match']));
}

function remove(request: DocumentRequest, id: string): Promise<CosmosReply> {
  const { http, container } = request;
  const pk = keyIn(container, http.headers);
  return write(request, 'delete', (items) => items.delete(pk, id, http.headers['if-match']));
}

/** One write to one item, which is refused before it changes anything unless something is written beside the item. */
function write(
  { http, container, commits, nowSeconds }: DocumentRequest,
  kind: string,
  plan: (items: Items) => PlannedOperation,
): Promise<CosmosReply> {
  const whenRefused = container.effects.isPlain ? 'nothing was written' : 'undo';
  return commits
    .submit(() => carryOut(plan(new Items(container, nowSeconds()))), whenRefused)
    .then(itemReply(kind, http, container));
}

function read({ http, container, nowSeconds }: DocumentRequest, id: string): CosmosReply {
  const pk = keyIn(container, http.headers);
  const outcome = new Items(container, nowSeconds()).read(pk, id, http.headers['if-none-match']);
  return itemReply('read', http, container)(outcome);
}

const batch: Handler = async ({ http, container, commits, nowSeconds }) => {
  const pk = keyIn(container, http.headers);
  const reply = await runBatch({ container, commits, nowSeconds }, http.body, pk, !isMinimal(http.headers));
  return { kind: 'batch', container, ...reply };
};

const bulk: Handler = async ({ http, container, commits, nowSeconds }) => {
  const rangeId = http.headers['x-ms-documentdb-partitionkeyrangeid'];
  const reply = await runBulk({ container, commits, nowSeconds }, http.body, {
    rangeId: typeof rangeId === 'string' ? rangeId : undefined,
    continueOnError: isSet(http.headers, 'x-ms-cosmos-batch-continue-on-error'),
    bodiesWanted: !isMinimal(http.headers),
  });
  return { kind: 'bulk', container, ...reply };
};

const changeFeed: Handler = ({ http, container, nowSeconds }) => {
  const { documents, etag, requestUnits } = readChangeFeed(container, http.headers, nowSeconds());
  const idle = documents.length === 0;
  const headers = { etag, 'x-ms-item-count': String(documents.length) };
  const common = { headers, requestUnits, kind: 'change-feed', container, idle };
  return idle
    ? { status: 304, ...common }
    : { status: 200, body: feedBody(container.rid, 'Documents', documents), ...common };
};

const query: Handler = ({ http, container, nowSeconds }) =>
  queryReply(container, parseObject(http.body), http.headers, nowSeconds());

const list: Handler = ({ http, container, nowSeconds }) =>
  queryReply(container, { query: 'SELECT * FROM c' }, http.headers, nowSeconds());

const queryPlan: Handler = ({ http, container }) => queryPlanReply(container, parseObject(http.body));

function documentIn(http: HttpRequest) {
  if (http.body.length > ITEM_BYTES_MAX) throw tooLarge('The item');
  return parseObject(http.body);
}

/** The canonical text of the full partition key of the request. Throws 400. */
function keyIn(container: ContainerStore, headers: IncomingHttpHeaders): string {
  const header = headers['x-ms-documentdb-partitionkey'];
  if (typeof header !== 'string') throw badRequest('PartitionKey value must be supplied for this operation.');
  return canonicalKey(fullKey(header, container.definition.keyPaths.length));
}

const itemReply =
  (kind: string, http: HttpRequest, container: ContainerStore) =>
  ({ status, etag, body, requestUnits, isRead }: ItemOutcome): CosmosReply => ({
    status,
    headers: etag === undefined ? {} : { etag },
    requestUnits: status === 304 ? NOTHING_READ_RU : requestUnits,
    kind,
    container,
    body: isRead === true || !isMinimal(http.headers) ? body : undefined,
  });

const isMinimal = (headers: IncomingHttpHeaders): boolean => headers['prefer'] === 'return=minimal';
