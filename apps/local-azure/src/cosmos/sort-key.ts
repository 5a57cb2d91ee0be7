import type { Json } from './json.js';

/** First character of a sort key, in the order in which values of different types are sorted. */
export const TYPE_RANK = {
  undefined: '',
  null: '1',
  boolean: '2',
  number: '3',
  string: '4',
  array: '5',
  object: '6',
} as const;

/** The types a value can have in a query. */
export type ValueType = keyof typeof TYPE_RANK;

/** The type of a value, `undefined` for an absent one. */
export function typeOf(value: Json | undefined): ValueType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as ValueType;
}

/**
 * A text whose order by bytes is the order of the values: undefined, null, booleans, numbers, strings, arrays, objects. Equal
 * scalars have equal keys; all arrays share one key, and so do all objects.
 */
export function sortKey(value: Json | undefined): string {
  const type = typeOf(value);
  const rank = TYPE_RANK[type];
  if (type === 'boolean') return rank + (value === true ? '1' : '0');
  if (type === 'number') return rank + orderedHex(value as number);
  if (type === 'string') return rank + storableText(value as string);
  return rank;
}

const scratch = Buffer.alloc(8);

/** The least text that sorts behind every text that begins with `prefix`, which holds at least one lower character. */
export function endOfPrefix(prefix: string): string {
  const points = [...prefix];
  while (points.at(-1) === HIGHEST_CHARACTER) points.pop();
  const last = points.pop()!.codePointAt(0)! + 1;
  return points.join('') + String.fromCodePoint(last === FIRST_SURROGATE ? AFTER_SURROGATES : last);
}

const HIGHEST_CHARACTER = '\u{10FFFF}';
/** Surrogates are halves of characters; none stands alone in a text of the store. */
const FIRST_SURROGATE = 0xd800;
const AFTER_SURROGATES = 0xe000;

/** IEEE 754 bits as hex that sorts like the number: the sign flipped for positives, all bits for negatives. */
function orderedHex(value: number): string {
  scratch.writeDoubleBE(value === 0 ? 0 : value);
  if (value < 0) for (let index = 0; index < 8; index++) scratch[index] = ~scratch[index]!;
  else scratch[0]! ^= 0x80;
  return scratch.toString('hex');
}

/** NUL, the character that stands before what replaces others, and halves of characters that stand alone. */
const NOT_STORABLE = /[\0\x01]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const HAS_NOT_STORABLE = new RegExp(NOT_STORABLE.source);

/**
 * A text that the store can hold, other for every text, and in the same order by bytes as the texts; a half of a character that stands
 * alone, which has no bytes, sorts behind U+0001.
 */
export function storableText(text: string): string {
  if (!HAS_NOT_STORABLE.test(text)) return text;
  return text.replace(NOT_STORABLE, (char) => {
    if (char === '\0') return '\x01\x01';
    return char === '\x01' ? '\x01\x02' : `\x01\x03${char.charCodeAt(0).toString(16)}`;
  });
}

/** Whether no half of a character stands alone in a text. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);
