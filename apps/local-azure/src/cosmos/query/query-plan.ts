import { isAggregate } from './aggregates.js';
import { partsOf, rootAliasOf, type Call, type Expression, type Query, type Selected } from './ast.js';
import { resumable } from './continuation.js';
import { constantOf, type Parameters } from './evaluator.js';
import { aggregatesOf } from './grouping.js';
import { boundsOf } from './page-builder.js';
import { queryRefused } from './query-error.js';

/** The names by which clients know the aggregates. */
const AGGREGATE_NAMES: Readonly<Record<string, string>> = {
  COUNT: 'Count',
  COUNTIF: 'CountIf',
  SUM: 'Sum',
  MIN: 'Min',
  MAX: 'Max',
  AVG: 'Average',
  MAKELIST: 'MakeList',
  MAKESET: 'MakeSet',
};
/** Clients put the filter that resumes an ordered query in the place of this. */
const RESUME_FILTER = resumable('{documentdb-formattableorderbyquery-filter}');

/** Whether the answers of several ranges cannot simply be put one after the other. */
export function needsMerge(query: Query): boolean {
  const { distinct, orderBy, groupBy, top, offset, sources } = query;
  const isDerived = sources[0]?.origin.kind === 'subquery';
  const isBounded = top !== undefined || offset !== undefined;
  return (
    distinct || isBounded || orderBy.length > 0 || groupBy.length > 0 || isDerived || aggregatesOf(query).length > 0
  );
}

/** How a client may run a query range by range and merge the answers. Throws 400 for what cannot be merged. */
export function queryPlanOf(query: Query, parameters: Parameters): object {
  boundsOf(query, parameters);
  const count = (name: 'top' | 'offset' | 'limit'): number | null => {
    const expression = query[name];
    return expression === undefined ? null : Number(constantOf(expression, parameters)?.value);
  };
  const { selection, groupBy, orderBy } = query;
  const columns = isGrouped(query) && selection.kind === 'columns' ? selection.columns : [];
  const hasSelectValue = selection.kind === 'value';
  return {
    partitionedQueryExecutionInfoVersion: 2,
    queryInfo: {
      distinctType: distinctTypeOf(query),
      top: count('top'),
      offset: count('offset'),
      limit: count('limit'),
      orderBy: orderBy.map(({ descending }) => (descending ? 'Descending' : 'Ascending')),
      orderByExpressions: orderBy.map(({ text }) => text),
      groupByExpressions: groupBy.map(({ text }) => text),
      groupByAliases: columns.map(({ name }) => name),
      aggregates: hasSelectValue ? aggregatesOf(query).map(({ name }) => AGGREGATE_NAMES[name]!) : [],
      groupByAliasToAggregateType: Object.fromEntries(columns.map((column) => [column.name, aggregateTypeOf(column)])),
      rewrittenQuery: rewritten(query, (count('offset') ?? 0) + (count('limit') ?? 0)),
      hasSelectValue,
      dCountInfo: null,
      hasNonStreamingOrderBy: false,
    },
    queryRanges: [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }],
  };
}

const isGrouped = (query: Query): boolean => query.groupBy.length > 0 || aggregatesOf(query).length > 0;

const aggregateTypeOf = ({ expression }: Selected): string | null =>
  expression.kind === 'call' ? (AGGREGATE_NAMES[expression.name] ?? null) : null;

/** Equal results stand next to each other when a query is ordered by exactly what it selects. */
function distinctTypeOf({ distinct, orderBy, selection }: Query): 'None' | 'Ordered' | 'Unordered' {
  if (!distinct) return 'None';
  if (selection.kind === 'everything' || orderBy.length === 0) return 'Unordered';
  const selected = selection.kind === 'value' ? [selection.text] : selection.columns.map(({ text }) => text);
  const keys = new Set(orderBy.map(({ text }) => text));
  return selected.every((text) => keys.has(text)) && keys.size === selected.length ? 'Ordered' : 'Unordered';
}

/** The query that each range is asked; empty when it is the query itself. */
function rewritten(query: Query, fetched: number): string {
  if (query.sources[0]?.origin.kind === 'subquery' && isGrouped(query)) {
    throw queryRefused('An aggregate of a subquery of the container is not supported across partition key ranges.');
  }
  if (isGrouped(query)) return groupedQuery(query);
  if (query.orderBy.length > 0) return orderedQuery(query, fetched);
  return query.offset === undefined ? '' : `${query.text} OFFSET 0 LIMIT ${fetched}`;
}

function groupedQuery({ selection, groupBy, fromText, where }: Query): string {
  const rest = `FROM ${fromText}${where === undefined ? '' : ` WHERE ${where.text}`}`;
  const payload =
    selection.kind === 'columns'
      ? `{${selection.columns.map(({ name, text, expression }) => `${JSON.stringify(name)}: ${partial(expression, text)}`).join(', ')}}`
      : selection.kind === 'value'
        ? listed(selection.expression, selection.text)
        : '';
  if (groupBy.length === 0)
    return `SELECT ${selection.kind === 'value' ? `VALUE ${payload}` : `${payload} AS payload`} ${rest}`;
  const items = groupBy.map(({ text }) => `{"item": ${text}}`).join(', ');
  const keys = groupBy.map(({ text }) => text).join(', ');
  return `SELECT [${items}] AS groupByItems, ${payload} AS payload ${rest} GROUP BY ${keys}`;
}

const listed = (expression: Expression, text: string): string =>
  hasAggregate(expression) ? `[${partial(expression, text)}]` : text;

const hasAggregate = (expression: Expression): boolean =>
  (expression.kind === 'call' && isAggregate(expression.name)) || partsOf(expression).some(hasAggregate);

/** What each range answers for one selected expression, so that the answers can be put together. */
function partial(expression: Expression, text: string): string {
  if (expression.kind === 'call' && isAggregate(expression.name)) return partialAggregate(expression);
  if (!hasAggregate(expression)) return text;
  throw queryRefused('Compositions of aggregates and other expressions are not allowed across partition key ranges.');
}

function partialAggregate({ name, argsText }: Call): string {
  if (name === 'AVG') return `{"item": {"sum": SUM(${argsText}), "count": COUNT(${argsText})}}`;
  const call = `${name}(${argsText})`;
  if (name !== 'MIN' && name !== 'MAX') return `{"item": ${call}}`;
  return `{"item": ${call}, "item2": {"${name.toLowerCase()}": ${call}, "count": COUNT(${argsText})}}`;
}

function orderedQuery(query: Query, fetched: number): string {
  const { orderBy, where, fromText, distinct } = query;
  const root = rootAliasOf(query)!;
  const top = query.top === undefined || distinct ? '' : `TOP ${countText(query.top)} `;
  const page = query.offset === undefined || distinct ? '' : ` OFFSET 0 LIMIT ${fetched}`;
  const items = orderBy.map(({ text }) => `{"item": ${text}}`).join(', ');
  const resumable = where === undefined ? RESUME_FILTER : `(${where.text}) AND (${RESUME_FILTER})`;
  const order = orderBy.map(({ text, descending }) => `${text} ${descending ? 'DESC' : 'ASC'}`).join(', ');
  const columns = `${root}._rid, [${items}] AS orderByItems, ${payloadOf(query, root)} AS payload`;
  return `SELECT ${top}${columns} FROM ${fromText} WHERE ${resumable} ORDER BY ${order}${page}`;
}

const countText = (count: Expression): string =>
  count.kind === 'parameter' ? count.name : String(count.kind === 'constant' ? count.value : '');

function payloadOf({ selection }: Query, root: string): string {
  if (selection.kind === 'everything') return root;
  if (selection.kind === 'value') return selection.text;
  return `{${selection.columns.map(({ name, text }) => `${JSON.stringify(name)}: ${text}`).join(', ')}}`;
}
