import type { Json } from '../json.js';

/** A value in a query; undefined is a value of its own, other than null. */
export type Value = Json | undefined;

/** A place in the text of a query, `end` exclusive. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** Operators with two operands. */
export type BinaryOperator =
  | 'AND' | 'OR' | '??' | '=' | '!=' | '<' | '<=' | '>' | '>=' | '||' | '+' | '-' | '*' | '/' | '%'
  | '&' | '|' | '^' | '<<' | '>>' | '>>>'; // prettier-ignore

/** Operators with one operand. */
export type UnaryOperator = 'NOT' | '-' | '+' | '~';

/** What is made of the rows of a subquery: its one value, whether there are any, all, the first or the last. */
export type SubqueryForm = 'SCALAR' | 'EXISTS' | 'ARRAY' | 'FIRST' | 'LAST';

/** A call of a built-in function or aggregate. */
export interface Call {
  readonly kind: 'call';
  /** Upper case. */
  readonly name: string;
  readonly args: readonly Expression[];
  /** The arguments as written, without the parentheses. */
  readonly argsText: string;
  readonly at: Place;
}

/** A scalar expression. */
export type Expression =
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'name'; readonly name: string; readonly at: Place }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: Expression }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'in'; readonly value: Expression; readonly list: readonly Expression[] }
  | { readonly kind: 'between'; readonly value: Expression; readonly from: Expression; readonly to: Expression }
  | { readonly kind: 'like'; readonly value: Expression; readonly pattern: Expression; readonly escape?: string }
  | { readonly kind: 'conditional'; readonly condition: Expression; readonly yes: Expression; readonly no: Expression }
  | Call
  | { readonly kind: 'subquery'; readonly form: SubqueryForm; readonly query: Query }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Expression])[] }
  | { readonly kind: 'array'; readonly items: readonly Expression[] };

/** An expression together with its text as written. */
export interface Written {
  readonly expression: Expression;
  readonly text: string;
}

/** One column of a result. */
export interface Selected extends Written {
  readonly name: string;
}

/** What a query makes of each row. */
export type Selection =
  | { readonly kind: 'everything' }
  | ({ readonly kind: 'value' } & Written)
  | { readonly kind: 'columns'; readonly columns: readonly Selected[] };

/** One key of ORDER BY; its text is without the direction. */
export interface OrderKey extends Written {
  readonly descending: boolean;
}

/** One of the sets that FROM and JOIN combine. */
export interface Source {
  /** Absent when nothing can refer to it. */
  readonly alias: string | undefined;
  /** `alias IN origin`: each item of an array, instead of the value itself. */
  readonly each: boolean;
  readonly origin:
    | { readonly kind: 'path'; readonly name: string; readonly path: readonly (string | number)[]; readonly at: Place }
    | { readonly kind: 'subquery'; readonly query: Query };
}

/** A parsed query. */
export interface Query {
  readonly distinct: boolean;
  readonly selection: Selection;
  readonly sources: readonly Source[];
  /** FROM and JOIN as written, without the keyword FROM. */
  readonly fromText: string;
  readonly where: Written | undefined;
  readonly groupBy: readonly Written[];
  readonly orderBy: readonly OrderKey[];
  readonly top: Expression | undefined;
  readonly offset: Expression | undefined;
  readonly limit: Expression | undefined;
  /** The query without OFFSET and LIMIT. */
  readonly text: string;
}

/** The name of whole documents in a query, when its first source is simply the container. */
export function rootAliasOf(query: Query): string | undefined {
  const [first] = query.sources;
  if (first === undefined || first.each || first.origin.kind !== 'path' || first.origin.path.length > 0)
    return undefined;
  return first.alias;
}

/** The names below the document of an expression like `c.a["b"]`; undefined for any other expression. */
export function pathOf(expression: Expression, root: string | undefined): readonly string[] | undefined {
  if (expression.kind === 'name') return root !== undefined && expression.name === root ? [] : undefined;
  if (expression.kind !== 'member' || expression.name.kind !== 'constant') return undefined;
  const { value: name } = expression.name;
  const parent = pathOf(expression.of, root);
  return parent === undefined || typeof name !== 'string' ? undefined : [...parent, name];
}

/** The expressions that a query gives as results. */
export function selectedExpressions(selection: Selection): readonly Expression[] {
  if (selection.kind === 'everything') return [];
  return selection.kind === 'value' ? [selection.expression] : selection.columns.map((column) => column.expression);
}

/** The expressions that an expression is made of, subqueries left out. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'member':
      return [expression.of, expression.name];
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'in':
      return [expression.value, ...expression.list];
    case 'between':
      return [expression.value, expression.from, expression.to];
    case 'like':
      return [expression.value, expression.pattern];
    case 'conditional':
      return [expression.condition, expression.yes, expression.no];
    case 'call':
      return expression.args;
    case 'object':
      return expression.entries.map(([, value]) => value);
    case 'array':
      return expression.items;
    default:
      return [];
  }
}
