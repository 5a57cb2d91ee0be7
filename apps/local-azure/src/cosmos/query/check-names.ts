import { isAggregate } from './aggregates.js';
import { partsOf, pathOf, rootAliasOf, selectedExpressions, type Expression, type Query } from './ast.js';
import { queryError, queryRefused } from './query-error.js';

/**
 * Checks what can be known of a query before it is run: that every name is one that FROM gives (SC2001), that `*` has one set
 * to stand for, and that aggregates and groups are used where they have a meaning. Throws 400.
 */
export function checkNames(query: Query): void {
  checkQuery(query, new Set(), true);
}

function checkQuery(query: Query, outer: ReadonlySet<string>, isOutermost: boolean): void {
  const names = checkSources(query, outer, isOutermost);
  const { selection, where, groupBy, orderBy } = query;
  if (selection.kind === 'everything' && query.sources.length !== 1) {
    throw queryRefused("'SELECT *' is only valid with a single input set.");
  }
  const selected = selectedExpressions(selection);
  const filters = [...(where === undefined ? [] : [where]), ...groupBy, ...orderBy].map((part) => part.expression);
  for (const expression of [...selected, ...filters]) checkExpression(expression, names);
  for (const expression of filters) refuseAggregates(expression, 'An aggregate is only allowed in SELECT.');
  if (groupBy.some(({ expression }) => hasSubquery(expression))) throw queryRefused("'GROUP BY' takes no subqueries.");
  checkGroups(query, selected);
  checkOrder(query);
}

/** Gives the names that the expressions of the query may use. */
function checkSources(query: Query, outer: ReadonlySet<string>, isOutermost: boolean): ReadonlySet<string> {
  const names = new Set(outer);
  const own = new Set<string>();
  for (const [index, { alias, origin }] of query.sources.entries()) {
    const isContainer = isOutermost && index === 0;
    if (origin.kind === 'subquery') checkQuery(origin.query, names, isContainer);
    else if (!isContainer && !names.has(origin.name)) throw unresolved(origin.name, origin.at);
    if (alias === undefined) continue;
    if (own.has(alias))
      throw queryRefused(`The input alias '${alias}' is specified more than once in the FROM clause.`);
    own.add(alias);
    names.add(alias);
  }
  return names;
}

function checkExpression(expression: Expression, names: ReadonlySet<string>): void {
  if (expression.kind === 'name' && !names.has(expression.name)) throw unresolved(expression.name, expression.at);
  if (expression.kind === 'subquery') checkQuery(expression.query, names, false);
  for (const part of partsOf(expression)) checkExpression(part, names);
}

const unresolved = (name: string, at: { start: number; end: number }): Error =>
  queryError('SC2001', `Identifier '${name}' could not be resolved.`, at);

function refuseAggregates(expression: Expression, message: string): void {
  if (expression.kind === 'call' && isAggregate(expression.name)) throw queryRefused(message);
  for (const part of partsOf(expression)) refuseAggregates(part, message);
}

function checkGroups({ groupBy, orderBy, selection }: Query, selected: readonly Expression[]): void {
  const isGrouped = groupBy.length > 0 || selected.some(hasAggregate);
  if (!isGrouped) return;
  if (groupBy.length > 0 && orderBy.length > 0) throw queryRefused("'ORDER BY' is not supported with 'GROUP BY'.");
  if (selection.kind === 'everything') throw queryRefused("'SELECT *' is not supported with 'GROUP BY'.");
  const keys = new Set(groupBy.map(({ expression }) => shapeOf(expression)));
  for (const expression of selected) checkGrouped(expression, keys);
}

/** Outside aggregates, a selected expression is made of constants and of what the rows are grouped by. */
function checkGrouped(expression: Expression, keys: ReadonlySet<string>): void {
  if (keys.has(shapeOf(expression))) return;
  if (expression.kind === 'call' && isAggregate(expression.name)) {
    if (expression.args.length !== 1) throw queryRefused(`The ${expression.name} function requires 1 argument(s).`);
    const nested = 'Cannot perform an aggregate function on an expression containing an aggregate or a subquery.';
    for (const argument of expression.args) {
      refuseAggregates(argument, nested);
      if (hasSubquery(argument)) throw queryRefused(nested);
    }
    return;
  }
  if (expression.kind === 'name' || expression.kind === 'subquery') {
    throw queryRefused(
      'A property reference in the SELECT list is neither in an aggregate function nor in the GROUP BY clause.',
    );
  }
  for (const part of partsOf(expression)) checkGrouped(part, keys);
}

function checkOrder(query: Query): void {
  for (const { expression } of query.orderBy) {
    if (pathOf(expression, rootAliasOf(query)) !== undefined) continue;
    const isPath = expression.kind === 'name' || expression.kind === 'member';
    throw queryRefused(
      isPath
        ? 'Order-by over correlated collections is not supported.'
        : 'Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.',
    );
  }
}

const hasAggregate = (expression: Expression): boolean =>
  (expression.kind === 'call' && isAggregate(expression.name)) || partsOf(expression).some(hasAggregate);

const hasSubquery = (expression: Expression): boolean =>
  expression.kind === 'subquery' || partsOf(expression).some(hasSubquery);

/** A text that is equal for expressions that are the same wherever they stand. */
function shapeOf(expression: Expression): string {
  return JSON.stringify(expression, (key, value: unknown) =>
    key === 'at' || key === 'argsText' ? undefined : value === undefined ? { kind: 'undefined' } : value,
  );
}
