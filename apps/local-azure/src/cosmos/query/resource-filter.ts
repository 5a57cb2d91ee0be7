import type { JsonObject } from '../json.js';
import { rootAliasOf } from './ast.js';
import { compile } from './evaluator.js';
import { aggregatesOf } from './grouping.js';
import { parseQuery } from './parser.js';
import { queryRefused } from './query-error.js';
import { RowResults } from './row-results.js';
import { NameScope } from './scope.js';
import { readSpecification } from './specification.js';

/**
 * Makes a query over databases, containers or offers ready to be asked of one at a time: it gives what is selected as JSON, or undefined
 * when the resource does not fit. Throws 400 for a syntax error and for more than SELECT and WHERE.
 */
export function resourceFilter(body: JsonObject): (resource: JsonObject) => string | undefined {
  const { text, parameters } = readSpecification(body);
  const query = parseQuery(text);
  const root = rootAliasOf(query);
  const { sources, where, groupBy, orderBy, top, offset, distinct } = query;
  const isPlain = sources.length === 1 && groupBy.length === 0 && orderBy.length === 0 && !distinct;
  if (root === undefined || !isPlain || top !== undefined || offset !== undefined || aggregatesOf(query).length > 0) {
    throw queryRefused('A query of databases, containers or offers has SELECT and WHERE only, on this server.');
  }
  const clock = (): number => Date.now();
  const fits = where && compile(where.expression, { parameters, clock, scope: NameScope.ofDocument(root) });
  const results = new RowResults(query, { parameters, clock, scope: NameScope.empty() });
  return (document) => {
    if (fits !== undefined && fits([document]) !== true) return undefined;
    return results.of({ position: [], body: JSON.stringify(document), document, fits: true })[0]?.text;
  };
}
