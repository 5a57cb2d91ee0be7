import type { ContainerStore } from '../container-store.js';
import type { IndexColumn } from '../indexed-columns.js';
import type { RowOrder } from './planner.js';

/**
 * The index that serves the equalities among the conditions and then gives the rows in the wanted order; undefined when none
 * would, so that the store chooses. What only narrows a column gets an index that the store may choose.
 */
export function indexFor(
  container: ContainerStore,
  byPartition: boolean,
  conditions: readonly string[],
  order: readonly RowOrder[],
): string | undefined {
  if (conditions.some((sql) => /\bid (=|IN)/.test(sql))) return undefined;
  if (order[0]?.column === 'pk') {
    container.columns.index(true, []);
    return undefined;
  }
  const equal = new Set(conditions.flatMap((sql) => /^(x\d+) = \?$/.exec(sql)?.[1] ?? []));
  const sorted = order.slice(0, -1).filter(({ column }) => !equal.has(column));
  const backwards = order.at(-1)?.descending === true;
  const keys: IndexColumn[] = [
    ...[...equal].sort().map((column) => ({ column, descending: false })),
    ...sorted.map(({ column, descending }) => ({ column, descending: descending !== backwards })),
  ];
  if (keys.length > 0) return container.columns.index(byPartition, keys);
  if (byPartition) container.columns.index(true, []);
  const narrowed = new Set(conditions.flatMap((sql) => sql.match(/\b(?:x\d+|ts)\b/g) ?? []));
  for (const column of narrowed) container.columns.index(byPartition, [{ column, descending: false }]);
  return undefined;
}
