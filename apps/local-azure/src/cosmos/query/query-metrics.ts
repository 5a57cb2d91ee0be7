import type { ContainerStore } from '../container-store.js';
import { partsOf, pathOf, rootAliasOf, type Expression, type Query } from './ast.js';
import { isIndexed } from './condition.js';
import type { QueryPage } from './page-builder.js';
import { conjuncts } from './planner.js';

/** How long the parts of a query took. */
export interface QueryTimes {
  readonly compileMs: number;
  readonly totalMs: number;
}

/** What a page cost, as clients read it: `name=value` with `;` between. Times that are not told apart are left out. */
export function queryMetrics(
  { results, resultBytes, examinedRows, examinedBytes }: QueryPage,
  times: QueryTimes,
): string {
  const ratio = examinedRows === 0 ? 1 : Math.min(1, results.length / examinedRows);
  return Object.entries({
    totalExecutionTimeInMs: times.totalMs,
    queryCompileTimeInMs: times.compileMs,
    VMExecutionTimeInMs: times.totalMs - times.compileMs,
    indexUtilizationRatio: ratio,
    retrievedDocumentCount: examinedRows,
    retrievedDocumentSize: examinedBytes,
    outputDocumentCount: results.length,
    outputDocumentSize: resultBytes,
  })
    .map(([name, value]) => `${name}=${Number.isInteger(value) ? value : value.toFixed(2)}`)
    .join(';');
}

interface IndexMetrics {
  readonly SingleIndexes: readonly { readonly IndexSpec: string; readonly IndexImpactScore?: 'High' }[];
  readonly CompositeIndexes: readonly { readonly IndexSpecs: readonly string[]; readonly IndexImpactScore?: 'High' }[];
}

const HIGH = { IndexImpactScore: 'High' } as const;

/**
 * Which indexes a query uses and which would help it, percent-encoded: the paths of its filter and order, and what a composite index
 * could have of filters that must all be true, equalities first, each range in an index of its own.
 */
export function indexMetrics(container: ContainerStore, query: Query): string {
  const root = rootAliasOf(query);
  const filters = query.where === undefined ? [] : conjuncts(query.where.expression);
  const orders = query.orderBy.map(({ expression, descending }) => ({
    path: pathOf(expression, root) ?? [],
    descending,
  }));
  const single = orders.length === 1 ? orders.map(({ path }) => path) : [];
  const paths = distinct([...filters.flatMap((filter) => pathsIn(filter, root)), ...single].map((path) => [...path]));
  const wanted = compositesOf(filters, root);
  const has = (specs: readonly string[]): boolean => definedComposites(container).some((known) => same(known, specs));
  const ordered = orders.length > 1 ? [orders.map(({ path, descending }) => specOf(path, descending))] : [];
  const used: IndexMetrics = {
    SingleIndexes: paths
      .filter((path) => isIndexed(container, path))
      .map((path) => ({ IndexSpec: `/${path.join('/')}/?` })),
    CompositeIndexes: [...ordered, ...wanted.filter(has)].map((IndexSpecs) => ({ IndexSpecs })),
  };
  const missing: IndexMetrics = {
    SingleIndexes: paths
      .filter((path) => !isIndexed(container, path))
      .map((path) => ({ IndexSpec: `/${path.join('/')}/?`, ...HIGH })),
    CompositeIndexes: wanted.filter((specs) => !has(specs)).map((IndexSpecs) => ({ IndexSpecs, ...HIGH })),
  };
  return encodeURIComponent(JSON.stringify({ UtilizedIndexes: used, PotentialIndexes: missing }));
}

function pathsIn(expression: Expression, root: string | undefined): (readonly string[])[] {
  const path = pathOf(expression, root);
  if (path !== undefined) return path.length === 0 ? [] : [path];
  return partsOf(expression).flatMap((part) => pathsIn(part, root));
}

function compositesOf(filters: readonly Expression[], root: string | undefined): string[][] {
  const of = (isWanted: (operator: string) => boolean): string[] =>
    filters.flatMap((filter) =>
      filter.kind === 'binary' && isWanted(filter.operator)
        ? pathsIn(filter, root)
            .slice(0, 1)
            .map((path) => specOf(path, false))
        : [],
    );
  const equal = of((operator) => operator === '=');
  const ranges = of((operator) => ['<', '<=', '>', '>='].includes(operator));
  if (equal.length === 0) return [];
  if (ranges.length === 0) return equal.length > 1 ? [equal] : [];
  return ranges.map((range) => [...equal, range]);
}

const specOf = (path: readonly string[], descending: boolean): string =>
  `/${path.join('/')} ${descending ? 'DESC' : 'ASC'}`;

const definedComposites = (container: ContainerStore): string[][] =>
  container.definition.indexing.compositeIndexes.map((index) =>
    index.map(({ path, descending }) => specOf(path, descending)),
  );

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

const distinct = (paths: readonly string[][]): string[][] => [
  ...new Map(paths.map((path) => [JSON.stringify(path), path])).values(),
];
