import { aggregatesIn, type Query } from './ast.js';
import { badRequest } from '../cosmos-error.js';
import { constantOf, type Parameters } from './evaluator.js';

const AGGREGATE_NAMES: Readonly<Record<string, string>> = {
  COUNT: 'Count',
  SUM: 'Sum',
  MIN: 'Min',
  MAX: 'Max',
  AVG: 'Average',
};
/** Clients put the filter that resumes an ordered query in the place of this. */
const RESUME_FILTER = '{documentdb-formattableorderbyquery-filter}';

/**
 * How a client may run a query range by range and merge the answers. Clients ask for it beside every query, and use it only when
 * they want to merge by themselves.
 */
export function queryPlanOf(query: Query, parameters: Parameters): object {
  const count = (name: 'top' | 'offset' | 'limit'): number | null => {
    const expression = query[name];
    return expression === undefined ? null : Number(constantOf(expression, parameters)?.value);
  };
  const aggregates = aggregatesIn(query.selection);
  return {
    partitionedQueryExecutionInfoVersion: 2,
    queryInfo: {
      distinctType: 'None',
      top: count('top'),
      offset: count('offset'),
      limit: count('limit'),
      orderBy: query.orderBy.map(({ descending }) => (descending ? 'Descending' : 'Ascending')),
      orderByExpressions: query.orderBy.map(({ text }) => text),
      groupByExpressions: [],
      groupByAliases: [],
      aggregates: query.selection.kind === 'value' ? aggregates.map(({ name }) => AGGREGATE_NAMES[name]!) : [],
      groupByAliasToAggregateType: {},
      rewrittenQuery: rewritten(query, count('offset'), count('limit')),
      hasSelectValue: query.selection.kind === 'value',
      dCountInfo: null,
      hasNonStreamingOrderBy: false,
    },
    queryRanges: [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }],
  };
}

function rewritten(query: Query, offset: number | null, limit: number | null): string {
  const { alias, orderBy, selection, where } = query;
  const top = query.top === undefined ? '' : `TOP ${numberText(query)} `;
  const page = offset === null ? '' : ` OFFSET 0 LIMIT ${offset + (limit ?? 0)}`;
  const filter = where === undefined ? '' : ` WHERE (${where.text})`;
  const [aggregate] = aggregatesIn(selection);
  if (aggregate !== undefined) {
    if (selection.kind !== 'value' || selection.expression !== aggregate) {
      throw badRequest('Across ranges, an aggregate must be the whole of SELECT VALUE.');
    }
    return `SELECT VALUE [{${partial(aggregate.name, selection.text)}}] FROM ${alias}${filter}`;
  }
  const payload = payloadOf(query);
  if (orderBy.length === 0) return offset === null ? '' : `SELECT VALUE ${payload} FROM ${alias}${filter}${page}`;
  const items = orderBy.map(({ text }) => `{"item": ${text}}`).join(', ');
  const resumable = where === undefined ? RESUME_FILTER : `(${where.text}) AND (${RESUME_FILTER})`;
  const order = orderBy.map(({ text, descending }) => `${text} ${descending ? 'DESC' : 'ASC'}`).join(', ');
  const columns = `${alias}._rid, [${items}] AS orderByItems, ${payload} AS payload`;
  return `SELECT ${top}${columns} FROM ${alias} WHERE ${resumable} ORDER BY ${order}${page}`;
}

function payloadOf({ selection, alias }: Query): string {
  if (selection.kind === 'document') return alias;
  if (selection.kind === 'value') return selection.text;
  return `{${selection.columns.map(({ name, text }) => `${JSON.stringify(name)}: ${text}`).join(', ')}}`;
}

/** What each range answers, so that the answers can be put together. */
function partial(name: string, call: string): string {
  const argument = call.slice(call.indexOf('(') + 1, -1);
  if (name === 'AVG') return `"item": {"sum": SUM(${argument}), "count": COUNT(${argument})}`;
  if (name !== 'MIN' && name !== 'MAX') return `"item": ${call}`;
  return `"item": ${call}, "item2": {"${name.toLowerCase()}": ${call}, "count": COUNT(${argument})}`;
}

const numberText = (query: Query): string =>
  query.top?.kind === 'parameter' ? query.top.name : String(topValue(query));
const topValue = ({ top }: Query): unknown => (top?.kind === 'constant' ? top.value : undefined);
