import { badRequest } from '../cosmos-error.js';
import { isJsonObject, type JsonObject } from '../json.js';
import type { BinaryOperator, Expression, Value } from './ast.js';
import { functionOf, likePattern } from './functions.js';
import { compare, equal } from './values.js';

/** The values of a query's parameters, by name with its `@`. */
export type Parameters = ReadonlyMap<string, Value>;

/** An expression made ready: gives its value for a document. */
export type Evaluate = (document: JsonObject) => Value;

/** What an expression may refer to besides the document. */
export interface EvaluationContext {
  readonly parameters: Parameters;
  /** The results of aggregate calls, once they are known. */
  readonly aggregates?: ReadonlyMap<Expression, () => Value>;
}

/**
 * Makes an expression ready to be evaluated, with three-valued logic: what has no value is undefined, and a filter lets through
 * only what is true. Throws 400 for an unknown parameter and for an aggregate where none may be.
 */
export function compile(expression: Expression, context: EvaluationContext): Evaluate {
  const inner = (part: Expression): Evaluate => compile(part, context);
  switch (expression.kind) {
    case 'constant':
      return () => expression.value;
    case 'parameter': {
      const value = parameterValue(expression.name, context.parameters);
      return () => value;
    }
    case 'root':
      return (document) => document;
    case 'member':
      return member(inner(expression.of), inner(expression.name));
    case 'unary':
      return unary(expression.operator, inner(expression.operand));
    case 'binary':
      return binary(expression.operator, inner(expression.left), inner(expression.right));
    case 'in':
      return membership(inner(expression.value), expression.list.map(inner));
    case 'between': {
      const { value, from, to } = expression;
      const above = binary('>=', inner(value), inner(from));
      return binary('AND', above, binary('<=', inner(value), inner(to)));
    }
    case 'like':
      return like(inner(expression.value), inner(expression.pattern), expression.escape && inner(expression.escape));
    case 'conditional': {
      const [condition, yes, no] = [expression.condition, expression.yes, expression.no].map(inner) as [
        Evaluate,
        Evaluate,
        Evaluate,
      ];
      return (document) => (condition(document) === true ? yes(document) : no(document));
    }
    case 'call':
      return call(expression, context);
    case 'object':
      return object(expression.entries.map(([name, value]) => [name, inner(value)]));
    case 'array': {
      const items = expression.items.map(inner);
      return (document) => items.map((item) => item(document)).filter((item) => item !== undefined);
    }
  }
}

/** The value of a constant expression; undefined (no object) when it depends on the document. */
export function constantOf(expression: Expression, parameters: Parameters): { value: Value } | undefined {
  if (expression.kind === 'constant') return { value: expression.value };
  if (expression.kind === 'parameter') return { value: parameterValue(expression.name, parameters) };
  if (expression.kind !== 'unary' || expression.operator !== '-') return undefined;
  const operand = constantOf(expression.operand, parameters);
  return operand && { value: typeof operand.value === 'number' ? -operand.value : undefined };
}

function parameterValue(name: string, parameters: Parameters): Value {
  if (!parameters.has(name)) throw badRequest(`The query parameter ${name} has no value.`);
  return parameters.get(name);
}

const member =
  (of: Evaluate, name: Evaluate): Evaluate =>
  (document) => {
    const [parent, key] = [of(document), name(document)];
    if (Array.isArray(parent)) return typeof key === 'number' ? parent[key] : undefined;
    return isJsonObject(parent) && typeof key === 'string' && Object.hasOwn(parent, key) ? parent[key] : undefined;
  };

function unary(operator: 'NOT' | '-' | '+', operand: Evaluate): Evaluate {
  if (operator === 'NOT') {
    return (document) => {
      const value = operand(document);
      return typeof value === 'boolean' ? !value : undefined;
    };
  }
  const sign = operator === '-' ? -1 : 1;
  return (document) => {
    const value = operand(document);
    return typeof value === 'number' ? sign * value : undefined;
  };
}

function binary(operator: BinaryOperator, left: Evaluate, right: Evaluate): Evaluate {
  if (operator === 'AND' || operator === 'OR') return logical(operator === 'OR', left, right);
  if (operator === '??') return coalesce(left, right);
  const apply = OPERATIONS[operator];
  return (document) => apply(left(document), right(document));
}

/** The second value stands in for an undefined one, not for null. */
const coalesce =
  (left: Evaluate, right: Evaluate): Evaluate =>
  (document) => {
    const value = left(document);
    return value === undefined ? right(document) : value;
  };

/** AND and OR: `decisive` (true for OR) wins over undefined, undefined over the other. */
const logical =
  (decisive: boolean, left: Evaluate, right: Evaluate): Evaluate =>
  (document) => {
    const first = left(document);
    if (first === decisive) return decisive;
    const second = right(document);
    if (second === decisive) return decisive;
    return typeof first === 'boolean' && typeof second === 'boolean' ? !decisive : undefined;
  };

const ordered =
  (holds: (order: number) => boolean) =>
  (left: Value, right: Value): Value => {
    const order = compare(left, right);
    return order === undefined ? undefined : holds(order);
  };

const arithmetic =
  (apply: (left: number, right: number) => number) =>
  (left: Value, right: Value): Value => {
    const result = typeof left === 'number' && typeof right === 'number' ? apply(left, right) : undefined;
    return Number.isFinite(result) ? result : undefined;
  };

const OPERATIONS: Record<Exclude<BinaryOperator, 'AND' | 'OR' | '??'>, (left: Value, right: Value) => Value> = {
  '=': equal,
  '!=': (left, right) => {
    const same = equal(left, right);
    return same === undefined ? undefined : !same;
  },
  '<': ordered((order) => order < 0),
  '<=': ordered((order) => order <= 0),
  '>': ordered((order) => order > 0),
  '>=': ordered((order) => order >= 0),
  '||': (left, right) => (typeof left === 'string' && typeof right === 'string' ? left + right : undefined),
  '+': arithmetic((left, right) => left + right),
  '-': arithmetic((left, right) => left - right),
  '*': arithmetic((left, right) => left * right),
  '/': arithmetic((left, right) => left / right),
  '%': arithmetic((left, right) => left % right),
};

const membership =
  (value: Evaluate, list: readonly Evaluate[]): Evaluate =>
  (document) => {
    const wanted = value(document);
    if (wanted === undefined) return undefined;
    return list.some((item) => equal(wanted, item(document)) === true);
  };

const like =
  (value: Evaluate, pattern: Evaluate, escape: Evaluate | undefined): Evaluate =>
  (document) => {
    const [text, shape, escaped] = [value(document), pattern(document), escape?.(document)];
    if (typeof text !== 'string' || typeof shape !== 'string') return undefined;
    return likePattern(shape, typeof escaped === 'string' ? escaped : undefined).test(text);
  };

function call(expression: Extract<Expression, { kind: 'call' }>, context: EvaluationContext): Evaluate {
  const result = context.aggregates?.get(expression);
  if (result !== undefined) return result;
  const args = expression.args.map((arg) => compile(arg, context));
  const apply = functionOf(expression.name);
  if (apply === undefined) throw badRequest(`The aggregate ${expression.name} is only allowed in SELECT.`);
  return (document) => apply(...args.map((arg) => arg(document)));
}

const object =
  (entries: readonly (readonly [string, Evaluate])[]): Evaluate =>
  (document) => {
    const made: JsonObject = {};
    for (const [name, evaluate] of entries) {
      const value = evaluate(document);
      if (value !== undefined) made[name] = value;
    }
    return made;
  };
