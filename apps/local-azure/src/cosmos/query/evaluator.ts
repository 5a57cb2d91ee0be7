import { isJsonObject, type JsonObject } from '../json.js';
import type { Call, Expression, UnaryOperator, Value } from './ast.js';
import { functionOf } from './functions/function-table.js';
import { likePattern } from './like-pattern.js';
import { binary, membership } from './operators.js';
import { queryRefused } from './query-error.js';
import type { NameScope } from './scope.js';
import { compileSubquery } from './subquery.js';

/** The values of a query's parameters, by name with its `@`. */
export type Parameters = ReadonlyMap<string, Value>;

/** The values that the names of a query have at a moment, by slot; slot 0 is the document. */
export type Frame = Value[];

/** An expression made ready: gives its value for a frame. */
export type Evaluate = (frame: Frame) => Value;

/** What an expression may refer to. */
export interface EvaluationContext {
  readonly parameters: Parameters;
  readonly scope: NameScope;
  /** Milliseconds since 1970, for the functions that ask for the time. */
  readonly clock: () => number;
  /** Slots that hold the results of aggregate calls. */
  readonly aggregates?: ReadonlyMap<Expression, number>;
  /** The documents of the container, where a query may begin with them. */
  readonly documents?: () => Iterable<JsonObject>;
}

/**
 * Makes an expression ready to be evaluated, with three-valued logic: what has no value is undefined, and a filter lets through
 * only what is true. Throws 400 for an unknown parameter and for a call with a wrong number of arguments.
 */
export function compile(expression: Expression, context: EvaluationContext): Evaluate {
  const inner = (part: Expression): Evaluate => compile(part, context);
  switch (expression.kind) {
    case 'constant':
      return constant(expression.value);
    case 'parameter':
      return constant(parameterValue(expression.name, context.parameters));
    case 'name':
      return slot(context.scope.slotOf(expression.name));
    case 'member':
      return member(inner(expression.of), inner(expression.name));
    case 'unary':
      return unary(expression.operator, inner(expression.operand));
    case 'binary':
      return binary(expression.operator, inner(expression.left), inner(expression.right));
    case 'in':
      return membership(inner(expression.value), expression.list.map(inner));
    case 'between':
      return between(inner(expression.value), inner(expression.from), inner(expression.to));
    case 'like':
      return like(inner(expression.value), inner(expression.pattern), expression.escape);
    case 'conditional':
      return conditional(inner(expression.condition), inner(expression.yes), inner(expression.no));
    case 'call':
      return call(expression, context);
    case 'subquery':
      return subquery(expression, context);
    case 'object':
      return object(expression.entries.map(([name, value]) => [name, inner(value)]));
    case 'array':
      return array(expression.items.map(inner));
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
  if (!parameters.has(name)) throw queryRefused(`The query parameter ${name} has no value.`);
  return parameters.get(name);
}

const constant =
  (value: Value): Evaluate =>
  () =>
    value;

function slot(index: number | undefined): Evaluate {
  if (index === undefined) throw new Error('A name was compiled that was not checked.');
  return (frame) => frame[index];
}

const member =
  (of: Evaluate, name: Evaluate): Evaluate =>
  (frame) => {
    const [parent, key] = [of(frame), name(frame)];
    if (Array.isArray(parent)) return typeof key === 'number' ? parent[key] : undefined;
    return isJsonObject(parent) && typeof key === 'string' && Object.hasOwn(parent, key) ? parent[key] : undefined;
  };

function unary(operator: UnaryOperator, operand: Evaluate): Evaluate {
  if (operator === 'NOT') {
    return (frame) => {
      const value = operand(frame);
      return typeof value === 'boolean' ? !value : undefined;
    };
  }
  const apply = { '-': (value: number) => -value, '+': (value: number) => value, '~': (value: number) => ~value }[
    operator
  ];
  return (frame) => {
    const value = operand(frame);
    return typeof value === 'number' ? apply(value) : undefined;
  };
}

const between = (value: Evaluate, from: Evaluate, to: Evaluate): Evaluate =>
  binary('AND', binary('>=', value, from), binary('<=', value, to));

const conditional =
  (condition: Evaluate, yes: Evaluate, no: Evaluate): Evaluate =>
  (frame) =>
    condition(frame) === true ? yes(frame) : no(frame);

function like(value: Evaluate, pattern: Evaluate, escape: string | undefined): Evaluate {
  let known: { shape: string; matches: RegExp } | undefined;
  return (frame) => {
    const [text, shape] = [value(frame), pattern(frame)];
    if (typeof text !== 'string' || typeof shape !== 'string') return undefined;
    if (known?.shape !== shape) known = { shape, matches: likePattern(shape, escape) };
    return known.matches.test(text);
  };
}

function call(expression: Call, context: EvaluationContext): Evaluate {
  const result = context.aggregates?.get(expression);
  if (result !== undefined) return slot(result);
  const { name, args } = expression;
  const definition = functionOf(name);
  const [fewest, most] = definition.arity;
  if (args.length < fewest || args.length > most) {
    const wanted = fewest === most ? `${fewest}` : `${fewest} to ${most === Infinity ? 'any number of' : most}`;
    throw queryRefused(`The ${name} function requires ${wanted} argument(s).`);
  }
  const evaluates = args.map((arg) => compile(arg, context));
  const apply = definition.prepare(context.clock);
  const isOptional = (index: number): boolean => index >= fewest && most !== Infinity;
  return (frame) => {
    const values = evaluates.map((evaluate) => evaluate(frame));
    const isMissing = values.some((value, index) => value === undefined && isOptional(index));
    return isMissing ? undefined : apply(...values);
  };
}

function subquery(expression: Extract<Expression, { kind: 'subquery' }>, context: EvaluationContext): Evaluate {
  const { parameters, scope, clock } = context;
  const results = compileSubquery(expression.query, { parameters, scope, clock });
  switch (expression.form) {
    case 'ARRAY':
      return (frame) => results(frame).map(({ value }) => value);
    case 'EXISTS':
      return (frame) => results(frame).length > 0;
    case 'FIRST':
      return (frame) => results(frame)[0]?.value;
    case 'LAST':
      return (frame) => results(frame).at(-1)?.value;
    case 'SCALAR':
      return (frame) => onlyOne(results(frame))?.value;
  }
}

function onlyOne<T>(values: readonly T[]): T | undefined {
  if (values.length > 1) {
    throw queryRefused('The cardinality of a scalar subquery result set cannot be greater than one.');
  }
  return values[0];
}

const object =
  (entries: readonly (readonly [string, Evaluate])[]): Evaluate =>
  (frame) => {
    const made: JsonObject = {};
    for (const [name, evaluate] of entries) {
      const value = evaluate(frame);
      if (value !== undefined) setOwn(made, name, value);
    }
    return made;
  };

/** `made["__proto__"] = value` would set no property. */
function setOwn(made: JsonObject, name: string, value: NonNullable<Value> | null): void {
  if (name !== '__proto__') made[name] = value;
  else Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true });
}

const array =
  (items: readonly Evaluate[]): Evaluate =>
  (frame) =>
    items.map((item) => item(frame)).filter((item) => item !== undefined);
