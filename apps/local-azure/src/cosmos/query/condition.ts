import type { SqlValue } from '../../storage/sqlite.js';
import type { ContainerStore } from '../container-store.js';
import { endOfPrefix, isWellFormed, sortKey, storableText, TYPE_RANK, typeOf, type ValueType } from '../sort-key.js';
import { pathOf, type Expression, type Value } from './ast.js';
import { constantOf, type Parameters } from './evaluator.js';

/** A condition on the table of a container, true for exactly the rows for which the expression is true. */
export interface Condition {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

/** Longer lists are left to the evaluator. */
const IN_LIST_MAX = 1_000;
const NEVER: Condition = { sql: '0', params: [] };

type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';
const MIRRORED: Record<Comparison, Comparison> = { '=': '=', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** Something in a row that a document's value can be compared with. */
interface Column {
  readonly name: string;
  /** What a value is in that column; undefined when no row can hold it. */
  readonly stored: (value: Value) => SqlValue | undefined;
  /** The one type that it holds; undefined for an indexed column, which holds every type, told apart by the first character. */
  readonly type: ValueType | undefined;
}

/** Turns expressions over indexed paths, `id` and `_ts` into conditions; gives undefined for what needs the evaluator. */
export class ConditionBuilder {
  constructor(
    private readonly container: ContainerStore,
    private readonly parameters: Parameters,
    private readonly root: string | undefined,
  ) {}

  build(expression: Expression): Condition | undefined {
    switch (expression.kind) {
      case 'binary':
        return this.binary(expression.operator, expression.left, expression.right);
      case 'in':
        return this.membership(expression.value, expression.list);
      case 'between': {
        const { value, from, to } = expression;
        return this.both('AND', this.binary('>=', value, from), this.binary('<=', value, to));
      }
      case 'call':
        return this.call(expression.name, expression.args);
      default:
        return undefined;
    }
  }

  private binary(operator: string, left: Expression, right: Expression): Condition | undefined {
    if (operator === 'AND' || operator === 'OR') return this.both(operator, this.build(left), this.build(right));
    if (!(operator in MIRRORED)) return undefined;
    const comparison = operator as Comparison;
    const constant = constantOf(right, this.parameters);
    if (constant !== undefined) return this.compare(comparison, left, constant.value);
    const mirrored = constantOf(left, this.parameters);
    return mirrored && this.compare(MIRRORED[comparison], right, mirrored.value);
  }

  private both(
    operator: 'AND' | 'OR',
    left: Condition | undefined,
    right: Condition | undefined,
  ): Condition | undefined {
    if (left === undefined || right === undefined) return undefined;
    return { sql: `(${left.sql} ${operator} ${right.sql})`, params: [...left.params, ...right.params] };
  }

  private compare(comparison: Comparison, expression: Expression, value: Value): Condition | undefined {
    const column = this.columnOf(expression);
    if (column === undefined || (typeof value === 'object' && value !== null)) return undefined;
    if (value === undefined) return NEVER;
    const stored = column.stored(value);
    if (stored === undefined) return comparison === '=' || typeOf(value) !== column.type ? NEVER : undefined;
    const { name } = column;
    if (comparison === '=') return { sql: `${name} = ?`, params: [stored] };
    if (column.type !== undefined) return { sql: `${name} ${comparison} ?`, params: [stored] };
    const rank = TYPE_RANK[typeOf(value)];
    const sameType = `${name} >= ? AND ${name} < ?`;
    const bounds = [rank, nextRank(rank)];
    return { sql: `(${sameType} AND ${name} ${comparison} ?)`, params: [...bounds, stored] };
  }

  private membership(value: Expression, list: readonly Expression[]): Condition | undefined {
    const constants = list.map((item) => constantOf(item, this.parameters));
    const column = this.columnOf(value);
    if (column === undefined || list.length > IN_LIST_MAX) return undefined;
    const params: SqlValue[] = [];
    for (const constant of constants) {
      if (constant === undefined || (typeof constant.value === 'object' && constant.value !== null)) return undefined;
      const stored = constant.value === undefined ? undefined : column.stored(constant.value);
      if (stored !== undefined) params.push(stored);
    }
    return { sql: `${column.name} IN (${params.map(() => '?').join(', ')})`, params };
  }

  private call(name: string, args: readonly Expression[]): Condition | undefined {
    const column = args[0] && this.columnOf(args[0]);
    if (column === undefined || column.type !== undefined) return undefined;
    if (name === 'IS_DEFINED' && args.length === 1) return { sql: `${column.name} <> ''`, params: [] };
    if (name === 'IS_NULL' && args.length === 1) return { sql: `${column.name} = ?`, params: [TYPE_RANK.null] };
    if (name !== 'STARTSWITH' || args.length !== 2) return undefined;
    const prefix = constantOf(args[1]!, this.parameters);
    if (typeof prefix?.value !== 'string' || !isWellFormed(prefix.value)) return undefined;
    const key = sortKey(prefix.value);
    return { sql: `(${column.name} >= ? AND ${column.name} < ?)`, params: [key, endOfPrefix(key)] };
  }

  private columnOf(expression: Expression): Column | undefined {
    const path = pathOf(expression, this.root);
    return path && columnOfPath(this.container, path);
  }
}

/** The column that holds the values of a path, if there is one. */
export function columnOfPath(container: ContainerStore, path: readonly string[]): Column | undefined {
  const [first, ...deeper] = path;
  if (deeper.length === 0 && first === 'id') {
    return {
      name: 'id',
      type: 'string',
      stored: (value) => (typeof value === 'string' && storableText(value) === value ? value : undefined),
    };
  }
  if (deeper.length === 0 && first === '_ts') {
    return { name: 'ts', type: 'number', stored: (value) => (typeof value === 'number' ? value : undefined) };
  }
  const name = container.columns.nameOf(path);
  return name === undefined ? undefined : { name, type: undefined, stored: sortKey };
}

/** Whether the container's policy has an index over a path; `id` and `_ts` always have one. */
export const isIndexed = (container: ContainerStore, path: readonly string[]): boolean =>
  columnOfPath(container, path)?.type !== undefined || container.definition.indexing.indexes(path);

const nextRank = (rank: string): string => String(Number(rank) + 1);
