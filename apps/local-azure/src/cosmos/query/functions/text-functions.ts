import type { Value } from '../ast.js';
import { define, ofText, type FunctionDefinition, type FunctionGroup } from './function-definition.js';
import { regularExpression } from './regular-expression.js';

/** Longest text that REPLICATE makes, in characters, as in the service. */
const REPLICATED_LENGTH_MAX = 10_000;

/** Compares two texts, on demand without regard to case. */
const ofTexts = (apply: (text: string, part: string) => boolean): FunctionDefinition =>
  define(2, 3, (text, part, ignoreCase) => {
    if (typeof text !== 'string' || typeof part !== 'string') return undefined;
    if (ignoreCase !== undefined && typeof ignoreCase !== 'boolean') return undefined;
    return ignoreCase === true ? apply(text.toLowerCase(), part.toLowerCase()) : apply(text, part);
  });

/** Takes characters off the ends: white space, or any of those given. */
const trimmed = (start: boolean, end: boolean): FunctionDefinition =>
  define(1, 2, (text, chars) => {
    if (typeof text !== 'string' || (chars !== undefined && typeof chars !== 'string')) return undefined;
    const isTrimmed = (char: string): boolean => (chars === undefined ? /\s/.test(char) : chars.includes(char));
    let [from, to] = [0, text.length];
    while (start && from < to && isTrimmed(text[from]!)) from += 1;
    while (end && to > from && isTrimmed(text[to - 1]!)) to -= 1;
    return text.slice(from, to);
  });

/** A part of a text by a whole number of characters, negative ones taken for none. */
const partOf = (apply: (text: string, length: number) => string): FunctionDefinition =>
  define(2, 2, (text, length) =>
    typeof text === 'string' && typeof length === 'number' ? apply(text, Math.max(0, Math.trunc(length))) : undefined,
  );

const search = (apply: (text: string, part: string, start: number) => number): FunctionDefinition =>
  define(2, 3, (text, part, start = 0) => {
    if (typeof text !== 'string' || typeof part !== 'string' || typeof start !== 'number') return undefined;
    return start < 0 ? undefined : apply(text, part, Math.trunc(start));
  });

/** Whether a text contains some, or all, of the texts that follow it. */
function containing(
  ignoreCase: boolean,
  holds: (parts: readonly string[], has: (part: string) => boolean) => boolean,
): FunctionDefinition {
  return define(2, Infinity, (...values) => {
    if (!values.every((value) => typeof value === 'string')) return undefined;
    const [text, ...parts] = ignoreCase ? values.map((value) => value.toLowerCase()) : values;
    return holds(parts, (part) => text!.includes(part));
  });
}

/** Functions that take texts apart and put them together. */
export const TEXT_FUNCTIONS: FunctionGroup = {
  CONCAT: define(2, Infinity, (...texts) =>
    texts.every((text) => typeof text === 'string') ? texts.join('') : undefined,
  ),
  CONTAINS: ofTexts((text, part) => text.includes(part)),
  CONTAINS_ALL_CI: containing(true, (parts, has) => parts.every(has)),
  CONTAINS_ALL_CS: containing(false, (parts, has) => parts.every(has)),
  CONTAINS_ANY_CI: containing(true, (parts, has) => parts.some(has)),
  CONTAINS_ANY_CS: containing(false, (parts, has) => parts.some(has)),
  ENDSWITH: ofTexts((text, part) => text.endsWith(part)),
  INDEX_OF: search((text, part, start) => text.indexOf(part, start)),
  LASTINDEXOF: define(2, 2, (text, part) =>
    typeof text === 'string' && typeof part === 'string' ? text.lastIndexOf(part) : undefined,
  ),
  LEFT: partOf((text, length) => text.slice(0, length)),
  LENGTH: ofText((text) => text.length),
  LOWER: ofText((text) => text.toLowerCase()),
  LTRIM: trimmed(true, false),
  REGEXMATCH: define(2, 3, (text, pattern, modifiers = '') => {
    if (typeof text !== 'string' || typeof pattern !== 'string' || typeof modifiers !== 'string') return undefined;
    return regularExpression(pattern, modifiers)?.test(text);
  }),
  REPLACE: define(3, 3, (text, part, by) =>
    typeof text === 'string' && typeof part === 'string' && typeof by === 'string'
      ? part === ''
        ? text
        : text.replaceAll(part, () => by)
      : undefined,
  ),
  REPLICATE: define(2, 2, (text, times) => {
    if (typeof text !== 'string' || typeof times !== 'number' || times < 0 || !Number.isFinite(times)) return undefined;
    const count = Math.trunc(times);
    return text.length * count > REPLICATED_LENGTH_MAX ? undefined : text.repeat(count);
  }),
  REVERSE: ofText((text) => [...text].reverse().join('')),
  RIGHT: partOf((text, length) => (length === 0 ? '' : text.slice(-length))),
  RTRIM: trimmed(false, true),
  STARTSWITH: ofTexts((text, part) => text.startsWith(part)),
  STRINGEQUALS: ofTexts((text, part) => text === part),
  STRINGJOIN: define(2, 2, joined),
  STRINGSPLIT: define(2, 2, (text, separator) => {
    if (typeof text !== 'string' || typeof separator !== 'string') return undefined;
    return separator === '' ? [text] : text.split(separator);
  }),
  SUBSTRING: define(3, 3, (text, start, length) => {
    if (typeof text !== 'string' || typeof start !== 'number' || typeof length !== 'number') return undefined;
    const from = Math.max(0, Math.trunc(start));
    return text.slice(from, from + Math.max(0, Math.trunc(length)));
  }),
  TRIM: trimmed(true, true),
  UPPER: ofText((text) => text.toUpperCase()),
};

function joined(texts: Value, separator: Value): Value {
  if (!Array.isArray(texts) || typeof separator !== 'string') return undefined;
  return texts.every((text) => typeof text === 'string') ? texts.join(separator) : undefined;
}
