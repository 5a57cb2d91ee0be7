import { isJsonObject, type Json } from '../../json.js';
import type { Value } from '../ast.js';
import { canonicalText, deepEqual } from '../values.js';
import { define, finite, type FunctionDefinition, type FunctionGroup } from './function-definition.js';

const ofArray = (apply: (array: Json[]) => Value): FunctionDefinition =>
  define(1, 1, (array) => (Array.isArray(array) ? apply(array) : undefined));

const ofArrays = (apply: (left: Json[], right: Json[]) => Value): FunctionDefinition =>
  define(2, 2, (left, right) => (Array.isArray(left) && Array.isArray(right) ? apply(left, right) : undefined));

/** A function of an array of numbers; undefined for an empty one and for one with anything else in it. */
const ofNumberArray = (apply: (numbers: number[]) => number): FunctionDefinition =>
  ofArray((array) => {
    if (array.length === 0 || !array.every((item) => typeof item === 'number')) return undefined;
    return finite(apply(array));
  });

const keysOf = (array: readonly Json[]): Set<string> => new Set(array.map(canonicalText));

/** Whether an array has some, or all, of the values that follow it. */
const containing = (holds: (values: readonly Json[], has: (value: Json) => boolean) => boolean): FunctionDefinition =>
  define(2, Infinity, (array, ...wanted) => {
    if (!Array.isArray(array)) return undefined;
    const keys = keysOf(array);
    const values = wanted.filter((value): value is Json => value !== undefined);
    return holds(values, (value) => keys.has(canonicalText(value)));
  });

/** Functions of arrays and objects, and the choices between values. */
export const ARRAY_FUNCTIONS: FunctionGroup = {
  ARRAY_AVG: ofNumberArray((numbers) => sum(numbers) / numbers.length),
  ARRAY_CONCAT: define(2, Infinity, (...arrays) => (arrays.every(Array.isArray) ? arrays.flat(1) : undefined)),
  ARRAY_CONTAINS: define(2, 3, contains),
  ARRAY_CONTAINS_ALL: containing((values, has) => values.every(has)),
  ARRAY_CONTAINS_ANY: containing((values, has) => values.some(has)),
  ARRAY_LENGTH: ofArray((array) => array.length),
  ARRAY_MAX: ofNumberArray((numbers) => numbers.reduce((left, right) => Math.max(left, right))),
  ARRAY_MEDIAN: ofNumberArray(median),
  ARRAY_MIN: ofNumberArray((numbers) => numbers.reduce((left, right) => Math.min(left, right))),
  ARRAY_SLICE: define(2, 3, slice),
  ARRAY_SUM: ofNumberArray(sum),
  CHOOSE: define(2, Infinity, (index, ...values) =>
    typeof index === 'number' && Number.isInteger(index) && index >= 1 ? values[index - 1] : undefined,
  ),
  IIF: define(3, 3, (condition, yes, no) => (condition === true ? yes : no)),
  OBJECTTOARRAY: define(1, 3, objectToArray),
  SETDIFFERENCE: ofArrays((left, right) => {
    const keys = keysOf(right);
    return unique(left).filter((item) => !keys.has(canonicalText(item)));
  }),
  SETEQUAL: ofArrays((left, right) => {
    const [first, second] = [keysOf(left), keysOf(right)];
    return first.size === second.size && [...first].every((key) => second.has(key));
  }),
  SETINTERSECT: ofArrays((left, right) => {
    const keys = keysOf(right);
    return unique(left).filter((item) => keys.has(canonicalText(item)));
  }),
  SETUNION: ofArrays((left, right) => unique([...left, ...right])),
};

function contains(array: Value, wanted: Value, partial: Value): Value {
  if (!Array.isArray(array) || wanted === undefined) return undefined;
  return array.some((item) => (partial === true ? includes(item, wanted) : deepEqual(item, wanted)));
}

/** Whether an object has at least the properties of another, to any depth. */
function includes(item: Json, wanted: Json): boolean {
  if (!isJsonObject(item) || !isJsonObject(wanted)) return deepEqual(item, wanted);
  return Object.entries(wanted).every(([name, value]) => Object.hasOwn(item, name) && includes(item[name]!, value));
}

function slice(array: Value, start: Value, length: Value): Value {
  if (!Array.isArray(array) || typeof start !== 'number') return undefined;
  if (length !== undefined && typeof length !== 'number') return undefined;
  const from = start < 0 ? Math.max(0, array.length + Math.trunc(start)) : Math.trunc(start);
  return length === undefined ? array.slice(from) : array.slice(from, from + Math.max(0, Math.trunc(length)));
}

function objectToArray(object: Value, keyName: Value = 'k', valueName: Value = 'v'): Value {
  if (!isJsonObject(object) || typeof keyName !== 'string' || typeof valueName !== 'string') return undefined;
  return Object.entries(object).map(([key, value]) => ({ [keyName]: key, [valueName]: value }));
}

function unique(array: readonly Json[]): Json[] {
  const seen = new Set<string>();
  return array.filter((item) => {
    const key = canonicalText(item);
    return !seen.has(key) && seen.add(key);
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((left, right) => left + right, 0);
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
