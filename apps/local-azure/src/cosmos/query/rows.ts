import type { SqlValue } from '../../storage/sqlite.js';
import type { ContainerStore } from '../container-store.js';
import { valueAt } from '../document-path.js';
import type { JsonObject } from '../json.js';
import { sortKey } from '../sort-key.js';
import type { Plan, RowOrder } from './planner.js';

/** Rows read from the store at once. */
const ROWS_AT_ONCE = 256;

/** Where a reader stands: the values of the last row in the plan's order. */
export type Position = readonly SqlValue[];

/** A row that fits the whole filter, or only moves the position on. */
export interface Row {
  readonly position: Position;
  readonly body: string;
  /** Parsed when the filter had to look inside; otherwise parse `body`. */
  readonly document: JsonObject | undefined;
  readonly fits: boolean;
}

/** From where rows are read, and how many are likely to be wanted. */
export interface Reading {
  readonly from?: Position | undefined;
  readonly wanted?: number | undefined;
}

/** Gives the rows of a plan in order, without holding the store open between them. */
export function* rowsOf(
  container: ContainerStore,
  plan: Plan,
  nowSeconds: number,
  reading: Reading = {},
): Generator<Row> {
  if (plan.sortBy !== undefined) return yield* sortedRows(container, plan, nowSeconds, reading.from);
  yield* storedRows(container, plan, nowSeconds, reading);
}

/** The number of rows, when the conditions are the whole filter. */
export function countRows(container: ContainerStore, plan: Plan, nowSeconds: number): number {
  const sql = `SELECT COUNT(*) AS n FROM ${container.table} WHERE ${[...plan.conditions, ALIVE].join(' AND ')}`;
  return container.prepare<{ n: number }>(sql).get(...plan.params, nowSeconds)!.n;
}

const ALIVE = '(exp IS NULL OR exp > ?)';

function* storedRows(
  container: ContainerStore,
  plan: Plan,
  nowSeconds: number,
  { from, wanted = ROWS_AT_ONCE }: Reading = {},
): Generator<Row> {
  let count = plan.residual === undefined ? Math.min(wanted, ROWS_AT_ONCE) : ROWS_AT_ONCE;
  for (let position = from; ;) {
    const after = position === undefined ? undefined : afterPosition(plan.order, position);
    const sql = after === undefined ? firstSqlOf(container, plan) : sqlOf(container, plan, [after.sql]);
    const rows = container
      .prepare<Record<string, SqlValue>>(sql)
      .all(...plan.params, nowSeconds, ...(after?.params ?? []), count);
    for (const row of rows) {
      position = plan.order.map((_, index) => row[`k${index}`]!);
      yield rowOf(plan, row['body'] as string, position);
    }
    if (rows.length < count) return;
    count = ROWS_AT_ONCE;
  }
}

/** What reads the first rows of plans that may be used again. */
const firstSql = new WeakMap<Plan, string>();

function firstSqlOf(container: ContainerStore, plan: Plan): string {
  const known = firstSql.get(plan);
  if (known !== undefined) return known;
  const sql = sqlOf(container, plan, []);
  firstSql.set(plan, sql);
  return sql;
}

function sqlOf({ table }: ContainerStore, plan: Plan, after: readonly string[]): string {
  const source = plan.index === undefined ? table : `${table} INDEXED BY ${plan.index}`;
  const keys = plan.order.map(({ column }, index) => `${column} AS k${index}`).join(', ');
  const order = plan.order.map(({ column, descending }) => `${column}${descending ? ' DESC' : ''}`).join(', ');
  const conditions = [...plan.conditions, ALIVE, ...after].join(' AND ');
  return `SELECT body, ${keys} FROM ${source} WHERE ${conditions} ORDER BY ${order} LIMIT ?`;
}

function rowOf(plan: Plan, body: string, position: Position): Row {
  if (plan.residual === undefined) return { position, body, document: undefined, fits: true };
  const document = JSON.parse(body) as JsonObject;
  return { position, body, document, fits: plan.residual(document) };
}

/** The condition for rows after a position; simple where all keys run the same way, so that an index can seek it. */
function afterPosition(order: readonly RowOrder[], position: Position): { sql: string; params: SqlValue[] } {
  const sign = (key: RowOrder): string => (key.descending ? '<' : '>');
  const [first] = order as [RowOrder];
  if (order.every((key) => key.descending === first.descending)) {
    const columns = order.map(({ column }) => column).join(', ');
    return { sql: `(${columns}) ${sign(first)} (${order.map(() => '?').join(', ')})`, params: [...position] };
  }
  const params: SqlValue[] = [position[0]!];
  const alternatives = order.map((key, depth) => {
    const equalities = order.slice(0, depth).map(({ column }) => `${column} = ? AND `);
    params.push(...position.slice(0, depth + 1));
    return `(${equalities.join('')}${key.column} ${sign(key)} ?)`;
  });
  return { sql: `${first.column} ${sign(first)}= ? AND (${alternatives.join(' OR ')})`, params };
}

/** Without an index in the wanted order; items that lack the value are left out, as the service does there. */
function* sortedRows(container: ContainerStore, plan: Plan, nowSeconds: number, from?: Position): Generator<Row> {
  const { path } = plan.sortBy!;
  const found: { key: string; seq: number; row: Row }[] = [];
  for (const row of storedRows(container, plan, nowSeconds)) {
    const document = row.document ?? (JSON.parse(row.body) as JsonObject);
    const key = sortKey(valueAt(document, path));
    if (row.fits && key !== '') found.push({ key, seq: Number(row.position[0]), row: { ...row, document } });
  }
  const inOrder = orderOf(plan);
  found.sort((left, right) => compareIn(inOrder, [left.key, left.seq], [right.key, right.seq]));
  for (const { key, seq, row } of found) {
    if (from === undefined || compareIn(inOrder, [key, seq], from) > 0) yield { ...row, position: [key, seq] };
  }
}

/** Whether two rows stand at the same place. */
export const samePosition = (left: Position, right: Position): boolean =>
  left.length === right.length && left.every((value, index) => value === right[index]);

/** Whether a row comes after a position in the order of a plan. */
export const isPast = (plan: Plan, position: Position, than: Position): boolean =>
  compareIn(orderOf(plan), position, than) > 0;

/** Whether a position has a value for each key of the order of a plan. */
export const isPositionIn = (plan: Plan, position: Position): boolean => position.length === orderOf(plan).length;

function orderOf({ sortBy, order }: Plan): readonly RowOrder[] {
  if (sortBy === undefined) return order;
  const { descending } = sortBy;
  return [
    { column: 'key', descending },
    { column: 'seq', descending },
  ];
}

function compareIn(order: readonly RowOrder[], left: Position, right: Position): number {
  for (const [index, { descending }] of order.entries()) {
    const result = compareStored(left[index]!, right[index]!);
    if (result !== 0) return descending ? -result : result;
  }
  return 0;
}

/** As the store orders them: numbers by value, texts by their bytes. */
const compareStored = (left: SqlValue, right: SqlValue): number =>
  typeof left === 'number' || typeof right === 'number'
    ? Number(left) - Number(right)
    : Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)));
