import { isJsonObject, type Json } from '../json.js';
import { typeOf } from '../sort-key.js';
import type { Value } from './ast.js';
import { deepEqual } from './values.js';

type ScalarFunction = (...args: Value[]) => Value;

/** A function of texts: undefined unless every argument is a text. The last argument may ask to ignore case. */
const ofTexts =
  (apply: (text: string, part: string) => boolean): ScalarFunction =>
  (text, part, ignoreCase) => {
    if (typeof text !== 'string' || typeof part !== 'string') return undefined;
    return ignoreCase === true ? apply(text.toLowerCase(), part.toLowerCase()) : apply(text, part);
  };

const ofText =
  (apply: (text: string) => Value): ScalarFunction =>
  (text) =>
    typeof text === 'string' ? apply(text) : undefined;

const ofNumber =
  (apply: (value: number) => number): ScalarFunction =>
  (value) =>
    typeof value === 'number' ? apply(value) : undefined;

const isType =
  (...types: string[]): ScalarFunction =>
  (value) =>
    types.includes(typeOf(value));

const FUNCTIONS: Readonly<Record<string, ScalarFunction>> = {
  IS_DEFINED: (value) => value !== undefined,
  IS_NULL: isType('null'),
  IS_BOOL: isType('boolean'),
  IS_NUMBER: isType('number'),
  IS_STRING: isType('string'),
  IS_ARRAY: isType('array'),
  IS_OBJECT: isType('object'),
  IS_PRIMITIVE: isType('null', 'boolean', 'number', 'string'),
  STARTSWITH: ofTexts((text, part) => text.startsWith(part)),
  ENDSWITH: ofTexts((text, part) => text.endsWith(part)),
  CONTAINS: ofTexts((text, part) => text.includes(part)),
  STRINGEQUALS: ofTexts((text, part) => text === part),
  LENGTH: ofText((text) => text.length),
  LOWER: ofText((text) => text.toLowerCase()),
  UPPER: ofText((text) => text.toUpperCase()),
  TRIM: ofText((text) => text.trim()),
  CONCAT: (...texts) => (texts.every((text) => typeof text === 'string') ? texts.join('') : undefined),
  SUBSTRING: (text, start, length) =>
    typeof text === 'string' && typeof start === 'number' && typeof length === 'number'
      ? text.slice(start, start + length)
      : undefined,
  ABS: ofNumber(Math.abs),
  CEILING: ofNumber(Math.ceil),
  FLOOR: ofNumber(Math.floor),
  ROUND: ofNumber((value) => Math.sign(value) * Math.round(Math.abs(value))),
  ARRAY_LENGTH: (array) => (Array.isArray(array) ? array.length : undefined),
  ARRAY_CONTAINS: (array, wanted, partial) => {
    if (!Array.isArray(array) || wanted === undefined) return undefined;
    return array.some((item) => (partial === true ? includes(item, wanted) : deepEqual(item, wanted)));
  },
};

/** Whether a built-in function of that name (upper case) exists here. */
export const isFunction = (name: string): boolean => Object.hasOwn(FUNCTIONS, name);

/** The built-in function of that name, which must exist. */
export const functionOf = (name: string): ScalarFunction => FUNCTIONS[name]!;

/** Whether an object has at least the properties of another, to any depth. */
function includes(item: Json, wanted: Json): boolean {
  if (!isJsonObject(item) || !isJsonObject(wanted)) return deepEqual(item, wanted);
  return Object.entries(wanted).every(([name, value]) => Object.hasOwn(item, name) && includes(item[name]!, value));
}

/** The regular expression of a LIKE pattern: `%` any text, `_` one character, `[…]` one of a set. */
export function likePattern(pattern: string, escape: string | undefined): RegExp {
  let source = '';
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern[index]!;
    const setEnd = char === '[' ? pattern.indexOf(']', index + 1) : -1;
    if (char === escape) source += quoted(pattern[++index] ?? '');
    else if (char === '%') source += '.*';
    else if (char === '_') source += '.';
    else if (setEnd > 0) {
      source += `[${pattern.slice(index + 1, setEnd).replaceAll('\\', '\\\\')}]`;
      index = setEnd;
    } else source += quoted(char);
  }
  return new RegExp(`^${source}$`, 'su');
}

const quoted = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
