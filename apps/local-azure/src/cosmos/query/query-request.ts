import type { IncomingHttpHeaders } from 'node:http';
import type { ContainerStore } from '../container-store.js';
import { badRequest } from '../cosmos-error.js';
import type { CosmosReply } from '../cosmos-reply.js';
import type { JsonObject } from '../json.js';
import { feedBody, pageSizeOf } from '../page.js';
import { METADATA_RU, queryCharge } from '../request-charge.js';
import { isSet } from '../request-body.js';
import { scopeOf, withinPlaces, type Scope } from '../scope.js';
import { readContinuation, writeContinuation } from './continuation.js';
import { parseQuery } from './parser.js';
import { runQuery } from './query-engine.js';
import { needsMerge, queryPlanOf } from './query-plan.js';
import { indexMetrics, queryMetrics } from './query-metrics.js';
import { nextTurn, notServable, readTurn } from './range-turns.js';
import { readSpecification, type Specification } from './specification.js';

interface QueryRequest {
  readonly container: ContainerStore;
  readonly specification: Specification;
  readonly scope: Scope;
  readonly headers: IncomingHttpHeaders;
  readonly nowSeconds: number;
  /** Where the page begins; undefined for the first. */
  readonly token: string | undefined;
}

/**
 * One page of a query. Over several ranges it is a page of one range after the other; a query whose answers have to be merged is
 * refused with its plan, by which the client does that. Throws 400.
 */
export function queryReply(
  container: ContainerStore,
  body: JsonObject,
  headers: IncomingHttpHeaders,
  nowSeconds: number,
): CosmosReply {
  const specification = readSpecification(body);
  const scope = scopeOf(container, headers);
  const given = headers['x-ms-continuation'];
  const token = typeof given === 'string' && given !== '' ? given : undefined;
  const request = { container, specification, scope, headers, nowSeconds, token };
  return scope.isWhole && container.ranges.length > 1 ? pageOfRange(request) : pageReply(request);
}

/** A page of a query over all of a container, answered whole however many ranges it has. Throws 400. */
export function wholeQueryReply(
  container: ContainerStore,
  text: string,
  token: string | null,
  nowSeconds: number,
): CosmosReply {
  const specification = { text, parameters: new Map<string, never>() };
  const scope = scopeOf(container, {});
  return pageReply({ container, specification, scope, headers: {}, nowSeconds, token: token ?? undefined });
}

function pageOfRange(request: QueryRequest): CosmosReply {
  const { container, specification, scope, headers, token, ...rest } = request;
  if (!isSet(headers, 'x-ms-documentdb-query-enablecrosspartition')) {
    throw badRequest('Cross partition query is required but disabled.');
  }
  const query = parseQuery(specification.text);
  if (query.sources.length === 0) return pageReply(request);
  if (needsMerge(query)) throw notServable(queryPlanOf(query, specification.parameters));
  const turn = readTurn(container.ranges, token, specification.text);
  const reply = pageReply({
    ...rest,
    container,
    specification,
    scope: withinPlaces(scope, turn.min, turn.max),
    headers,
    token: turn.continuation,
  });
  const { [CONTINUATION]: within, ...others } = reply.headers ?? {};
  const next = nextTurn(container.ranges, turn, within, specification.text);
  return { ...reply, headers: next === undefined ? others : { ...others, [CONTINUATION]: next } };
}

const CONTINUATION = 'x-ms-continuation';

function pageReply({ container, specification, scope, headers, nowSeconds, token }: QueryRequest): CosmosReply {
  const { text, parameters } = specification;
  const begunMs = performance.now();
  const query = parseQuery(text);
  const compileMs = performance.now() - begunMs;
  const page = runQuery({
    container,
    query,
    parameters,
    scope,
    pageSize: pageSizeOf(headers),
    nowSeconds,
    clock: Date.now,
    progress: token === undefined ? undefined : readContinuation(token, text),
  });
  const told: Record<string, string> = { 'x-ms-item-count': String(page.results.length) };
  if (page.progress !== undefined) told[CONTINUATION] = writeContinuation(page.progress, text);
  if (isSet(headers, 'x-ms-documentdb-populatequerymetrics')) {
    told[QUERY_METRICS] = queryMetrics(page, { compileMs, totalMs: performance.now() - begunMs });
  }
  if (INDEX_METRICS_WANTED.some((name) => isSet(headers, name))) told[INDEX_METRICS] = indexMetrics(container, query);
  return {
    status: 200,
    body: feedBody(container.rid, 'Documents', page.results),
    headers: told,
    requestUnits: queryCharge(page.examinedRows, page.resultBytes),
    kind: 'query',
    container,
  };
}

const QUERY_METRICS = 'x-ms-documentdb-query-metrics';
const INDEX_METRICS = 'x-ms-cosmos-index-utilization';
const INDEX_METRICS_WANTED = ['x-ms-cosmos-populateindexmetrics', 'x-ms-cosmos-populateindexmetrics-v2'] as const;

/** The plan of a query. Throws 400. */
export function queryPlanReply(container: ContainerStore, body: JsonObject): CosmosReply {
  const { text, parameters } = readSpecification(body);
  const plan = queryPlanOf(parseQuery(text), parameters);
  return { status: 200, body: JSON.stringify(plan), requestUnits: METADATA_RU, kind: 'query-plan', container };
}
