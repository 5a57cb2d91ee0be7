import { isJsonObject, type Json } from '../json.js';
import { storableText, typeOf } from '../sort-key.js';
import type { Value } from './ast.js';

/** Whether two values are equal; undefined when they are of different types or one is absent. */
export function equal(left: Value, right: Value): boolean | undefined {
  if (left === undefined || right === undefined || typeOf(left) !== typeOf(right)) return undefined;
  return deepEqual(left, right);
}

/** Negative, zero or positive; undefined for values that have no order: of different types, absent, arrays, objects. */
export function compare(left: Value, right: Value): number | undefined {
  if (left === null && right === null) return 0;
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  return undefined;
}

/** By code points, which is also the order of the texts that are stored. */
function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const plain = /^[\x00-\ud7ff]*$/;
  if (plain.test(left) && plain.test(right)) return left < right ? -1 : 1;
  return Buffer.compare(Buffer.from(storableText(left)), Buffer.from(storableText(right)));
}

/** Whether two JSON values are the same, whatever the order of properties. */
export function deepEqual(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => deepEqual(item, right[index]!));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && deepEqual(left[name]!, right[name]!))
  );
}

/** A text that is the same for equal values, whatever the order of properties. */
export function canonicalText(value: Json): string {
  return JSON.stringify(value, (_, inner: Json) =>
    isJsonObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}
