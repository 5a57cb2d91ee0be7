import type { ContainerStore } from '../container-store.js';
import { badRequest } from '../cosmos-error.js';
import type { JsonObject } from '../json.js';
import { RESPONSE_BYTES_MAX } from '../page.js';
import type { Scope } from '../scope.js';
import { Aggregate } from './aggregates.js';
import { aggregatesIn, type Expression, type Query, type Selection } from './ast.js';
import { BEGINNING, type QueryProgress } from './continuation.js';
import { compile, constantOf, type EvaluationContext, type Parameters } from './evaluator.js';
import { planQuery, type Plan } from './planner.js';
import { countRows, rowsOf, type Row } from './rows.js';

/** Rows looked at for one page; beyond it the page is given as it is, so that no query holds up the server. */
const EXAMINED_ROWS_MAX = 20_000;

/** What a query is run with. */
export interface QueryRun {
  readonly container: ContainerStore;
  readonly query: Query;
  readonly parameters: Parameters;
  readonly scope: Scope;
  readonly pageSize: number;
  readonly nowSeconds: number;
  readonly progress?: QueryProgress;
}

/** One page of results; `progress` is absent after the last. */
export interface QueryPage {
  /** Each a JSON text. */
  readonly results: readonly string[];
  readonly progress: QueryProgress | undefined;
  readonly examinedRows: number;
  readonly resultBytes: number;
}

/** Runs a query up to the end of one page. Throws 400. */
export function runQuery(run: QueryRun): QueryPage {
  const plan = planQuery(run.container, run.query, run.parameters, run.scope);
  return aggregatesIn(run.query.selection).length > 0 ? aggregatePage(run, plan) : pageOfRows(run, plan);
}

function pageOfRows(run: QueryRun, plan: Plan): QueryPage {
  const { query, parameters, progress = BEGINNING } = run;
  const bounds = boundsOf(query, parameters);
  const project = projection(query.selection, { parameters });
  const results: string[] = [];
  let { skipped, taken, position } = progress;
  let [examinedRows, resultBytes] = [0, 0];
  const page = (more: boolean): QueryPage => ({
    results,
    progress: more ? { position, skipped, taken } : undefined,
    examinedRows,
    resultBytes,
  });
  if (taken >= bounds.limit) return page(false);
  const wanted = Math.min(run.pageSize + 1, bounds.limit - taken) + bounds.offset - skipped;
  for (const row of rowsOf(run.container, plan, run.nowSeconds, { from: position, wanted })) {
    const full = results.length >= run.pageSize || resultBytes >= RESPONSE_BYTES_MAX;
    if (full || examinedRows >= EXAMINED_ROWS_MAX) return page(true);
    examinedRows += 1;
    ({ position } = row);
    if (!row.fits) continue;
    const result = project(row);
    if (result === undefined) continue;
    if (skipped < bounds.offset) {
      skipped += 1;
      continue;
    }
    results.push(result);
    resultBytes += result.length;
    taken += 1;
    if (taken >= bounds.limit) return page(false);
  }
  return page(false);
}

function aggregatePage({ container, query, parameters, nowSeconds }: QueryRun, plan: Plan): QueryPage {
  const calls = aggregatesIn(query.selection);
  const aggregates = calls.map(({ name, args }) => new Aggregate(name, compile(argumentOf(args), { parameters })));
  const countsRows = calls.every(({ name, args }) => name === 'COUNT' && constantOf(argumentOf(args), parameters));
  let examinedRows = 0;
  if (plan.residual === undefined && countsRows) {
    for (const aggregate of aggregates) aggregate.addCount(countRows(container, plan, nowSeconds));
  } else {
    for (const row of rowsOf(container, plan, nowSeconds)) {
      examinedRows += 1;
      if (row.fits) for (const aggregate of aggregates) aggregate.add(documentOf(row));
    }
  }
  const values = new Map<Expression, () => ReturnType<Aggregate['result']>>(
    calls.map((call, index) => [call, () => aggregates[index]!.result()]),
  );
  const nothing: Row = { position: [], body: '{}', document: {}, fits: true };
  const result = projection(query.selection, { parameters, aggregates: values })(nothing);
  return {
    results: result === undefined ? [] : [result],
    progress: undefined,
    examinedRows,
    resultBytes: result?.length ?? 0,
  };
}

function argumentOf(args: readonly Expression[]): Expression {
  const [argument] = args;
  if (argument === undefined || args.length > 1) throw badRequest('An aggregate takes one argument.');
  return argument;
}

function boundsOf({ top, offset, limit }: Query, parameters: Parameters): { offset: number; limit: number } {
  const count = (expression: Expression | undefined, fallback: number): number => {
    if (expression === undefined) return fallback;
    const value = constantOf(expression, parameters)?.value;
    if (!Number.isInteger(value) || (value as number) < 0)
      throw badRequest('TOP, OFFSET and LIMIT need a whole number.');
    return value as number;
  };
  return { offset: count(offset, 0), limit: Math.min(count(top, Infinity), count(limit, Infinity)) };
}

/** What becomes of a row, as JSON; undefined when the selected value is undefined. */
function projection(selection: Selection, context: EvaluationContext): (row: Row) => string | undefined {
  if (selection.kind === 'document') return (row) => row.body;
  const expression: Expression =
    selection.kind === 'value'
      ? selection.expression
      : { kind: 'object', entries: selection.columns.map((column) => [column.name, column.expression] as const) };
  const evaluate = compile(expression, context);
  return (row) => JSON.stringify(evaluate(documentOf(row)));
}

const documentOf = (row: Row): JsonObject => row.document ?? (JSON.parse(row.body) as JsonObject);
