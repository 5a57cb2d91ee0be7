import { badRequest } from '../cosmos-error.js';
import type { JsonObject } from '../json.js';
import { rootAliasOf } from './ast.js';
import { compile } from './evaluator.js';
import { parseQuery } from './parser.js';
import { NameScope } from './scope.js';

/**
 * Makes the filter of a query ready to judge one document at a time. Throws 400 for a syntax error and for a query that has
 * more than a filter.
 */
export function documentPredicate(text: string): (document: JsonObject) => boolean {
  const query = parseQuery(text);
  const { where, orderBy, top, offset } = query;
  const root = rootAliasOf(query);
  if (
    root === undefined ||
    query.sources.length > 1 ||
    query.groupBy.length > 0 ||
    where === undefined ||
    orderBy.length > 0 ||
    top !== undefined ||
    offset !== undefined
  ) {
    throw badRequest('A condition on one document has a WHERE and nothing after it.');
  }
  const evaluate = compile(where.expression, {
    parameters: new Map(),
    scope: NameScope.ofDocument(root),
    clock: () => Date.now(),
  });
  return (document) => evaluate([document]) === true;
}
