import type { Json } from '../json.js';

/** A value in a query; undefined is a value of its own, other than null. */
export type Value = Json | undefined;

/** Operators with two operands. */
export type BinaryOperator =
  | 'AND' | 'OR' | '??' | '=' | '!=' | '<' | '<=' | '>' | '>=' | '||' | '+' | '-' | '*' | '/' | '%'; // prettier-ignore

/** A scalar expression. */
export type Expression =
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'root' }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: Expression }
  | { readonly kind: 'unary'; readonly operator: 'NOT' | '-' | '+'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'in'; readonly value: Expression; readonly list: readonly Expression[] }
  | { readonly kind: 'between'; readonly value: Expression; readonly from: Expression; readonly to: Expression }
  | { readonly kind: 'like'; readonly value: Expression; readonly pattern: Expression; readonly escape?: Expression }
  | { readonly kind: 'conditional'; readonly condition: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Expression])[] }
  | { readonly kind: 'array'; readonly items: readonly Expression[] };

/** One column of a result. */
export interface Selected {
  readonly name: string;
  readonly expression: Expression;
  /** As written. */
  readonly text: string;
}

/** What a query makes of each document. */
export type Selection =
  | { readonly kind: 'document' }
  | { readonly kind: 'value'; readonly expression: Expression; readonly text: string }
  | { readonly kind: 'columns'; readonly columns: readonly Selected[] };

/** One key of ORDER BY. */
export interface OrderKey {
  readonly expression: Expression;
  readonly descending: boolean;
  /** As written, without the direction. */
  readonly text: string;
}

/** A parsed query. */
export interface Query {
  readonly selection: Selection;
  readonly alias: string;
  readonly where: { readonly expression: Expression; readonly text: string } | undefined;
  readonly orderBy: readonly OrderKey[];
  readonly top: Expression | undefined;
  readonly offset: Expression | undefined;
  readonly limit: Expression | undefined;
}

/** Functions that make one value of many documents. */
export const AGGREGATES: ReadonlySet<string> = new Set(['COUNT', 'SUM', 'MIN', 'MAX', 'AVG']);

/** The names below the document of an expression like `c.a["b"]`; undefined for any other expression. */
export function pathOf(expression: Expression): readonly string[] | undefined {
  if (expression.kind === 'root') return [];
  if (expression.kind !== 'member' || expression.name.kind !== 'constant') return undefined;
  const { value: name } = expression.name;
  const parent = pathOf(expression.of);
  return parent === undefined || typeof name !== 'string' ? undefined : [...parent, name];
}

/** The aggregate calls within the selection. */
export function aggregatesIn(selection: Selection): Extract<Expression, { kind: 'call' }>[] {
  if (selection.kind === 'document') return [];
  const roots =
    selection.kind === 'value' ? [selection.expression] : selection.columns.map((column) => column.expression);
  return roots.flatMap(aggregatesUnder);
}

function aggregatesUnder(expression: Expression): Extract<Expression, { kind: 'call' }>[] {
  switch (expression.kind) {
    case 'call':
      return AGGREGATES.has(expression.name) ? [expression] : expression.args.flatMap(aggregatesUnder);
    case 'member':
      return aggregatesUnder(expression.of);
    case 'unary':
      return aggregatesUnder(expression.operand);
    case 'binary':
      return [expression.left, expression.right].flatMap(aggregatesUnder);
    case 'conditional':
      return [expression.condition, expression.yes, expression.no].flatMap(aggregatesUnder);
    case 'object':
      return expression.entries.flatMap(([, value]) => aggregatesUnder(value));
    case 'array':
      return expression.items.flatMap(aggregatesUnder);
    default:
      return [];
  }
}
