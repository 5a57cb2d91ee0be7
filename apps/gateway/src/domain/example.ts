import { resolved } from './openapi.js';
import type { ApiDocument, Schema } from './openapi.js';

/** Texts that suit many patterns, the plainest first. */
const TEXTS = ['100.00', 'AAPL', 'low', 'global', '1', '2026-11-20T14:30:00.000Z', 'prf_01k9z3v5t8m2c4d6e8f0g2h4j6'];
const INSTANT = '2026-11-20T14:30:00.000Z';
/** Schemas within each other that an example shows, at most. */
const DEPTH_MAX = 8;

/** A value that the schema allows, from the examples of its fields where they have one; all fields are there. */
export function exampleOf(schema: Schema, document: Pick<ApiDocument, 'components'>, depth = 0): unknown {
  const own = resolved(schema, document);
  if (own.examples?.[0] !== undefined) return own.examples[0];
  if (own.default !== undefined) return own.default;
  if (own.enum !== undefined) return own.enum[0];
  const [choice] = own.oneOf ?? own.anyOf ?? own.allOf ?? [];
  if (choice !== undefined) return exampleOf(choice, document, depth);
  if (own.properties !== undefined) return objectOf(own, document, depth);
  switch ([own.type].flat()[0]) {
    case 'array':
      return own.items === undefined || depth > DEPTH_MAX ? [] : [exampleOf(own.items, document, depth + 1)];
    case 'integer':
    case 'number':
      return own.minimum ?? 0;
    case 'boolean':
      return false;
    case 'string':
      return textOf(own);
    default:
      return {};
  }
}

function objectOf({ properties = {} }: Schema, document: Pick<ApiDocument, 'components'>, depth: number): object {
  if (depth > DEPTH_MAX) return {};
  const fields = Object.entries(properties);
  return Object.fromEntries(fields.map(([name, field]) => [name, exampleOf(field, document, depth + 1)]));
}

function textOf({ pattern, format, minLength = 0, maxLength = Number.MAX_SAFE_INTEGER }: Schema): string {
  if (format === 'date-time') return INSTANT;
  if (pattern === undefined) return 'text'.padEnd(minLength, '.').slice(0, maxLength);
  const expression = new RegExp(pattern);
  const known = TEXTS.find((text) => expression.test(text) && text.length <= maxLength && text.length >= minLength);
  return known ?? textMatching(pattern);
}

const PART = /\((?:\?:)?([^()|]*)(?:\|[^()]*)?\)|\[([^\]]*)\]|\\([dw.])|([^\\^$[\](){}?*+])/y;
const TIMES = /\{(\d+)(?:,\d*)?\}|[?*+]/y;

/** A text for a plain pattern: characters, classes, groups of alternatives, and how often; the first of each. */
export function textMatching(pattern: string): string {
  const source = pattern
    .replace(/^\^/, '')
    .replace(/\$$/, '')
    .replace(/\(\?[!=][^()]*(?:\([^()]*\)[^()]*)*\)/g, '');
  let text = '';
  for (let at = 0; at < source.length;) {
    PART.lastIndex = at;
    const part = PART.exec(source);
    if (part === null) return text;
    TIMES.lastIndex = PART.lastIndex;
    const times = TIMES.exec(source);
    at = times === null ? PART.lastIndex : TIMES.lastIndex;
    text += onceOf(part).repeat(countOf(times));
  }
  return text;
}

function onceOf([, group, characters, escaped, plain]: RegExpExecArray): string {
  if (group !== undefined) return textMatching(group);
  if (characters !== undefined) return firstOf(characters);
  if (escaped !== undefined) return { d: '1', w: 'a', '.': '.' }[escaped] ?? '';
  return plain ?? '';
}

function firstOf(characters: string): string {
  if (characters.startsWith('\\x')) return String.fromCharCode(Number.parseInt(characters.slice(2, 4), 16));
  return characters.startsWith('\\') ? '1' : characters.charAt(0);
}

function countOf(times: RegExpExecArray | null): number {
  if (times === null) return 1;
  if (times[1] !== undefined) return Math.max(Number(times[1]), 1);
  return times[0] === '+' ? 1 : 0;
}
