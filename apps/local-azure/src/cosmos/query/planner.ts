import type { SqlValue } from '../../storage/sqlite.js';
import type { ContainerStore } from '../container-store.js';
import { samePath, type DocumentPath } from '../document-path.js';
import type { JsonObject } from '../json.js';
import { canonicalKey, prefixRange, type PartitionKeyValue } from '../partition-key.js';
import type { Scope } from '../scope.js';
import { pathOf, rootAliasOf, type Expression, type OrderKey, type Query } from './ast.js';
import { columnOfPath, ConditionBuilder, isIndexed, type Condition } from './condition.js';
import { indexFor } from './index-choice.js';
import { compile, constantOf, type EvaluationContext, type Parameters } from './evaluator.js';
import { queryRefused } from './query-error.js';
import { NameScope } from './scope.js';

/** One key by which rows are read in order. */
export interface RowOrder {
  readonly column: string;
  readonly descending: boolean;
}

/** How the rows of a query are found. */
export interface Plan {
  /** True for every row of the result; served by indexes where they exist. */
  readonly conditions: readonly string[];
  readonly params: readonly SqlValue[];
  /** What is left of the filter on the document alone; undefined when the conditions are all of it. */
  readonly residual: ((document: JsonObject) => boolean) | undefined;
  /** Ends with the sequence number, so that no two rows are equal in it. */
  readonly order: readonly RowOrder[];
  /** Set when no index has the wanted order: all rows are read and sorted by this value. */
  readonly sortBy: { readonly path: DocumentPath; readonly descending: boolean } | undefined;
  /** The index that gives the rows in order; undefined leaves the choice to the store. */
  readonly index: string | undefined;
}

/** What a plan is made from. */
export interface PlanRequest {
  readonly container: ContainerStore;
  readonly query: Query;
  readonly parameters: Parameters;
  readonly scope: Scope;
  readonly clock: () => number;
}

/**
 * Splits the filter into what the indexes answer and what is left, and finds an index for the order. Where FROM has more than
 * the documents, the conditions are only a first filter, and nothing is left to judge by the document alone. Throws 400.
 */
export function planQuery({ container, query, parameters, scope, clock }: PlanRequest): Plan {
  const root = rootAliasOf(query);
  const filters = query.where === undefined ? [] : conjuncts(query.where.expression);
  const builder = new ConditionBuilder(container, parameters, root);
  const key = keyFilter(container, filters, parameters, root);
  const conditions: Condition[] = key === undefined ? [] : [key.condition];
  const left: Expression[] = [];
  for (const filter of filters.filter((candidate) => !key?.covered.has(candidate))) {
    const condition = builder.build(filter);
    if (condition === undefined) left.push(filter);
    else conditions.push(condition);
  }
  const breadth = scope.breadth === 'all' ? (key?.breadth ?? 'all') : scope.breadth;
  const pinned = conditions.some(({ sql }) => /^x\d+ (?:= \?|IN)/.test(sql));
  const isPlain = root !== undefined && query.sources.length === 1;
  const context = { parameters, clock, scope: NameScope.ofDocument(root) };
  const { order, sortBy } = orderOf(container, query.orderBy, root, breadth === 'prefix' && !pinned);
  const texts = conditions.map(({ sql }) => sql);
  return {
    conditions: [...scope.conditions, ...texts],
    params: [...scope.params, ...conditions.flatMap(({ params }) => params)],
    residual: isPlain && left.length > 0 ? judge(left.reduce(and), context) : undefined,
    order,
    sortBy,
    index: indexFor(container, breadth === 'partition', texts, order),
  };
}

function judge(filter: Expression, context: EvaluationContext): (document: JsonObject) => boolean {
  const evaluate = compile(filter, context);
  return (document) => evaluate([document]) === true;
}

const and = (left: Expression, right: Expression): Expression => ({ kind: 'binary', operator: 'AND', left, right });

/** The filters that are all true where this one is. */
export function conjuncts(expression: Expression): Expression[] {
  return expression.kind === 'binary' && expression.operator === 'AND'
    ? [...conjuncts(expression.left), ...conjuncts(expression.right)]
    : [expression];
}

interface KeyFilter {
  readonly condition: Condition;
  readonly breadth: 'partition' | 'prefix';
  readonly covered: ReadonlySet<Expression>;
}

/** Equalities on the leading partition key paths become a condition on the key itself. */
function keyFilter(
  container: ContainerStore,
  filters: readonly Expression[],
  parameters: Parameters,
  root: string | undefined,
): KeyFilter | undefined {
  const { keyPaths } = container.definition;
  const covered = new Set<Expression>();
  const key: PartitionKeyValue[] = [];
  for (const path of keyPaths) {
    const found = equalityOn(path, filters, parameters, root);
    if (found === undefined) break;
    covered.add(found.filter);
    key.push(found.value);
  }
  if (key.length === 0) return undefined;
  if (key.length < keyPaths.length) {
    return { condition: { sql: '(pk >= ? AND pk < ?)', params: prefixRange(key) }, breadth: 'prefix', covered };
  }
  return { condition: { sql: 'pk = ?', params: [canonicalKey(key)] }, breadth: 'partition', covered };
}

function equalityOn(
  path: DocumentPath,
  filters: readonly Expression[],
  parameters: Parameters,
  root: string | undefined,
): { filter: Expression; value: PartitionKeyValue } | undefined {
  for (const filter of filters) {
    if (filter.kind !== 'binary' || filter.operator !== '=') continue;
    const { left, right } = filter;
    for (const [side, other] of [
      [left, right],
      [right, left],
    ] as const) {
      const named = pathOf(side, root);
      if (named === undefined || !samePath(named, path)) continue;
      const value = constantOf(other, parameters)?.value;
      if (value !== undefined && (typeof value !== 'object' || value === null)) return { filter, value };
    }
  }
  return undefined;
}

function orderOf(
  container: ContainerStore,
  keys: readonly OrderKey[],
  root: string | undefined,
  byPartition: boolean,
): Pick<Plan, 'order' | 'sortBy'> {
  if (keys.length === 0) {
    const bySequence = { column: 'seq', descending: false };
    return { order: byPartition ? [{ column: 'pk', descending: false }, bySequence] : [bySequence], sortBy: undefined };
  }
  const paths = keys.map((key) => requiredPath(key, root));
  if (keys.length > 1 && !hasComposite(container, keys, paths)) {
    throw queryRefused('The order by query does not have a corresponding composite index that it can be served from.');
  }
  const columns = paths.map((path) => columnOfPath(container, path)?.name);
  const [first] = keys as [OrderKey];
  if (keys.length === 1 && !isIndexed(container, paths[0]!)) {
    throw queryRefused(`The index path corresponding to the specified order-by item is excluded: ${first.text}.`);
  }
  if (columns[0] === undefined) {
    const sortBy = { path: paths[0]!, descending: first.descending };
    return { order: [{ column: 'seq', descending: false }], sortBy };
  }
  const order = keys.map(({ descending }, index) => ({ column: columns[index]!, descending }));
  const backwards = keys.length === 1 ? first.descending : isReversed(container, keys, paths);
  return { order: [...order, { column: 'seq', descending: backwards }], sortBy: undefined };
}

function requiredPath(key: OrderKey, root: string | undefined): readonly string[] {
  const path = pathOf(key.expression, root);
  if (path === undefined || path.length === 0) {
    throw queryRefused(`Unsupported ORDER BY clause. ${key.text} is not a path below the document.`);
  }
  return path;
}

const hasComposite = (container: ContainerStore, keys: readonly OrderKey[], paths: readonly DocumentPath[]): boolean =>
  container.definition.indexing.compositeIndexes.some(
    (index) =>
      index.length === keys.length &&
      index.every(({ path }, at) => samePath(path, paths[at]!)) &&
      new Set(index.map(({ descending }, at) => descending === keys[at]!.descending)).size === 1,
  );

/** Whether a composite index is read from its end. */
const isReversed = (container: ContainerStore, keys: readonly OrderKey[], paths: readonly DocumentPath[]): boolean =>
  !container.definition.indexing.compositeIndexes.some(
    (index) =>
      index.length === keys.length &&
      index.every(({ path, descending }, at) => samePath(path, paths[at]!) && descending === keys[at]!.descending),
  );
