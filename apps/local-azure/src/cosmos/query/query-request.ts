import type { IncomingHttpHeaders } from 'node:http';
import type { ContainerStore } from '../container-store.js';
import { badRequest } from '../cosmos-error.js';
import type { CosmosReply } from '../cosmos-reply.js';
import { isJsonObject, type JsonObject } from '../json.js';
import { feedBody, pageSizeOf } from '../page.js';
import { METADATA_RU, queryCharge } from '../request-charge.js';
import { scopeOf } from '../scope.js';
import { readContinuation, writeContinuation } from './continuation.js';
import type { Parameters } from './evaluator.js';
import { parseQuery } from './parser.js';
import { runQuery } from './query-engine.js';
import { queryPlanOf } from './query-plan.js';

/**
 * One page of a query. All ranges of a container are in one store, so that a query across partitions is answered in one
 * piece, ordered and aggregated. Throws 400.
 */
export function queryReply(
  container: ContainerStore,
  body: JsonObject,
  headers: IncomingHttpHeaders,
  nowSeconds: number,
): CosmosReply {
  const { text, parameters } = readSpecification(body);
  const token = headers['x-ms-continuation'];
  const page = runQuery({
    container,
    query: parseQuery(text),
    parameters,
    scope: scopeOf(container, headers),
    pageSize: pageSizeOf(headers),
    nowSeconds,
    ...(typeof token === 'string' && token !== '' ? { progress: readContinuation(token, text) } : {}),
  });
  const continuation = page.progress && writeContinuation(page.progress, text);
  return {
    status: 200,
    body: feedBody(container.rid, 'Documents', page.results),
    headers: {
      'x-ms-item-count': String(page.results.length),
      ...(continuation === undefined ? {} : { 'x-ms-continuation': continuation }),
      ...(headers['x-ms-documentdb-populatequerymetrics'] === undefined
        ? {}
        : metrics(page.examinedRows, page.results)),
    },
    requestUnits: queryCharge(page.examinedRows, page.resultBytes),
    kind: 'query',
    container,
  };
}

/** The plan of a query. Throws 400. */
export function queryPlanReply(container: ContainerStore, body: JsonObject): CosmosReply {
  const { text, parameters } = readSpecification(body);
  const plan = queryPlanOf(parseQuery(text), parameters);
  return { status: 200, body: JSON.stringify(plan), requestUnits: METADATA_RU, kind: 'query-plan', container };
}

function readSpecification(body: JsonObject): { text: string; parameters: Parameters } {
  const { query: text, parameters = [] } = body;
  if (typeof text !== 'string') throw badRequest('The query text is missing.');
  if (!Array.isArray(parameters) || !parameters.every(isJsonObject)) throw badRequest('The parameters must be a list.');
  return { text, parameters: new Map(parameters.map(({ name, value }) => [String(name), value])) };
}

const metrics = (examined: number, results: readonly string[]): Record<string, string> => ({
  'x-ms-documentdb-query-metrics': `retrievedDocumentCount=${examined};outputDocumentCount=${results.length}`,
});
