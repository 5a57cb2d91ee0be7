import type { BinaryOperator, Value } from './ast.js';
import type { Evaluate } from './evaluator.js';
import { compare, equal } from './values.js';

/** Combines two expressions by an operator. */
export function binary(operator: BinaryOperator, left: Evaluate, right: Evaluate): Evaluate {
  if (operator === 'AND' || operator === 'OR') return logical(operator === 'OR', left, right);
  if (operator === '??') return coalesce(left, right);
  const apply = OPERATIONS[operator];
  return (frame) => apply(left(frame), right(frame));
}

/** IN: true when one of the list is equal; otherwise undefined when one cannot be compared, as with a chain of ORs. */
export const membership =
  (value: Evaluate, list: readonly Evaluate[]): Evaluate =>
  (frame) => {
    const wanted = value(frame);
    let result: Value = false;
    for (const item of list) {
      const same = equal(wanted, item(frame));
      if (same === true) return true;
      if (same === undefined) result = undefined;
    }
    return result;
  };

/** The second value stands in for an undefined one, not for null. */
const coalesce =
  (left: Evaluate, right: Evaluate): Evaluate =>
  (frame) => {
    const value = left(frame);
    return value === undefined ? right(frame) : value;
  };

/** AND and OR: `decisive` (true for OR) wins over undefined, undefined over the other. */
const logical =
  (decisive: boolean, left: Evaluate, right: Evaluate): Evaluate =>
  (frame) => {
    const first = left(frame);
    if (first === decisive) return decisive;
    const second = right(frame);
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
  '&': arithmetic((left, right) => left & right),
  '|': arithmetic((left, right) => left | right),
  '^': arithmetic((left, right) => left ^ right),
  '<<': arithmetic((left, right) => left << right),
  '>>': arithmetic((left, right) => left >> right),
  '>>>': arithmetic((left, right) => left >>> right),
};
