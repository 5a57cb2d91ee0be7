import type { ContainerStore } from '../container-store.js';
import type { JsonObject } from '../json.js';
import type { Scope } from '../scope.js';
import type { Query } from './ast.js';
import { BEGINNING, notOfThisQuery, type QueryProgress } from './continuation.js';
import { constantOf, type EvaluationContext, type Parameters } from './evaluator.js';
import { aggregatesOf, type Groups } from './grouping.js';
import { PageBuilder, type QueryPage } from './page-builder.js';
import { planQuery, type Plan } from './planner.js';
import { planOf } from './recent-plans.js';
import { RowResults } from './row-results.js';
import { countRows, isPast, isPositionIn, rowsOf, samePosition } from './rows.js';
import { NameScope } from './scope.js';
import { compileSubquery } from './subquery.js';
import { canonicalText } from './values.js';

/** What a query is run with. */
export interface QueryRun {
  readonly container: ContainerStore;
  readonly query: Query;
  readonly parameters: Parameters;
  readonly scope: Scope;
  readonly pageSize: number;
  readonly nowSeconds: number;
  /** Milliseconds since 1970, for the functions that ask for the time. */
  readonly clock: () => number;
  /** Where the page begins; undefined at the beginning. */
  readonly progress: QueryProgress | undefined;
}

/** Runs a query up to the end of one page. Throws 400. */
export function runQuery(run: QueryRun): QueryPage {
  const { query, parameters, clock } = run;
  const page = new PageBuilder(query, parameters, run.pageSize, run.progress);
  const context: EvaluationContext = { parameters, clock, scope: NameScope.empty() };
  const [first] = query.sources;
  if (first === undefined || first.origin.kind === 'subquery') return derivedPage(run, page, context);
  const plan = planOf(run);
  for (const position of [run.progress?.position, run.progress?.within?.at]) {
    if (position !== undefined && !isPositionIn(plan, position)) throw notOfThisQuery();
  }
  const results = new RowResults(query, context);
  if (page.isComplete) return page.finish();
  return results.grouping === undefined ? pageOfRows(run, plan, results, page) : groupedPage(run, plan, results, page);
}

function pageOfRows(run: QueryRun, plan: Plan, results: RowResults, page: PageBuilder): QueryPage {
  let { position, within } = run.progress ?? BEGINNING;
  const seen = results.isDistinct ? seenBefore(run, plan, results) : undefined;
  const wanted = run.query.sources.length === 1 && seen === undefined ? page.wanted : undefined;
  for (const row of rowsOf(run.container, plan, run.nowSeconds, { from: position, wanted })) {
    if (page.isFull || page.isTired) return page.finish({ position });
    page.examine(row.body);
    const given = within !== undefined && samePosition(within.at, row.position) ? within.count : 0;
    for (const [index, { text, key }] of results.of(row).entries()) {
      if (index < given) continue;
      if (page.isFull) return page.finish({ position, within: { at: row.position, count: index } });
      if (key !== undefined && seen?.has(key)) continue;
      if (key !== undefined) seen?.add(key);
      page.offer(text);
      if (page.isComplete) return page.finish();
    }
    ({ position } = row);
    within = undefined;
  }
  return page.finish();
}

/** The keys of all results of the pages before; found again, as a token could not hold them. */
function seenBefore(run: QueryRun, plan: Plan, results: RowResults): Set<string> {
  const seen = new Set<string>();
  const { position, within } = run.progress ?? BEGINNING;
  if (position === undefined && within === undefined) return seen;
  for (const row of rowsOf(run.container, plan, run.nowSeconds)) {
    const isPartial = within !== undefined && samePosition(within.at, row.position);
    if (!isPartial && (position === undefined || isPast(plan, row.position, position))) break;
    const keys = results.of(row).map(({ key }) => key!);
    for (const key of isPartial ? keys.slice(0, within.count) : keys) seen.add(key);
    if (isPartial) break;
  }
  return seen;
}

function groupedPage(run: QueryRun, plan: Plan, results: RowResults, page: PageBuilder): QueryPage {
  const groups = results.newGroups();
  if (!countWithoutReading(run, plan, groups)) {
    for (const row of rowsOf(run.container, plan, run.nowSeconds)) {
      page.examine(row.body);
      for (const frame of results.frames(row)) groups.add(frame);
    }
  }
  const seen = new Set<string>();
  let { group } = run.progress ?? BEGINNING;
  for (const { key, value } of groups.results()) {
    const isRepeated = results.isDistinct && seen.size === seen.add(canonicalText(value)).size;
    if (isRepeated || (group !== undefined && key <= group)) continue;
    if (page.isFull) return page.finish({ position: undefined, ...(group === undefined ? {} : { group }) });
    page.offer(JSON.stringify(value));
    if (page.isComplete) break;
    group = key;
  }
  return page.finish();
}

/** COUNT of rows that the indexes alone can tell is asked of them. */
function countWithoutReading(
  { container, query, parameters, nowSeconds }: QueryRun,
  plan: Plan,
  groups: Groups,
): boolean {
  const isCount = aggregatesOf(query).every(
    ({ name, args }) => name === 'COUNT' && constantOf(args[0]!, parameters)?.value !== undefined,
  );
  const isPlain = query.sources.length === 1 && query.groupBy.length === 0 && query.sources[0]!.each === false;
  const { origin } = query.sources[0]!;
  if (!isCount || !isPlain || plan.residual !== undefined) return false;
  if (origin.kind !== 'path' || origin.path.length > 0) return false;
  groups.addTimes(countRows(container, plan, nowSeconds));
  return true;
}

/** A query that does not begin with the documents: of no set at all, or of the results of another query. */
function derivedPage(run: QueryRun, page: PageBuilder, context: EvaluationContext): QueryPage {
  const { container, query, nowSeconds } = run;
  const plan = planQuery({ ...run, query: { ...query, sources: [], where: undefined, orderBy: [] } });
  const documents = function* (): Generator<JsonObject> {
    for (const row of rowsOf(container, plan, nowSeconds)) {
      page.examine(row.body);
      yield JSON.parse(row.body) as JsonObject;
    }
  };
  const results = compileSubquery(query, { ...context, documents })([]);
  const start = Number(run.progress?.position?.[0] ?? 0);
  for (let index = start; index < results.length && !page.isComplete; index++) {
    if (page.isFull) return page.finish({ position: [index] });
    page.offer(JSON.stringify(results[index]!.value));
  }
  return page.finish();
}
