import { queryError, syntaxError } from './query-error.js';

/** A piece of query text, with its place. */
export interface Token {
  readonly kind: 'name' | 'parameter' | 'number' | 'string' | 'symbol' | 'end';
  /** Names as written; strings decoded; numbers and symbols themselves. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const PATTERNS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['number', /(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\w)/y],
  ['name', /[A-Za-z_]\w*/y],
  ['parameter', /@\w+/y],
  ['string', /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/sy],
  ['symbol', /\?\?|\|\||!=|<>|<=|>>>|<<|>>|>=|[-()[\]{},.:?=<>+*/%&|^~]/y],
];
const BLANK = /(?:\s+|--[^\r\n]*|\/\*.*?\*\/)*/sy;
const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '"': '"', "'": "'", '\\': '\\', '/': '/',
}; // prettier-ignore

/** Cuts query text into tokens, the last of which is the end. Throws 400 at a character that begins none. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = blankUntil(text, 0);
  while (at < text.length) {
    const token = tokenAt(text, at);
    tokens.push(token);
    at = blankUntil(text, token.end);
  }
  return [...tokens, { kind: 'end', text: '', start: at, end: at }];
}

function tokenAt(text: string, start: number): Token {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = start;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) continue;
    const place = { start, end: start + found.length };
    return { kind, text: kind === 'string' ? unquoted(found, start) : found, ...place };
  }
  if (text[start] === "'" || text[start] === '"') throw badLiteral(text.slice(start), start);
  throw syntaxError(text[start]!, { start, end: start + 1 });
}

function blankUntil(text: string, start: number): number {
  BLANK.lastIndex = start;
  return start + (BLANK.exec(text)?.[0].length ?? 0);
}

function unquoted(literal: string, start: number): string {
  return literal.slice(1, -1).replace(/\\(u[\da-fA-F]{4}|.)/gs, (_, escape: string) => {
    if (escape.length === 5) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    const char = ESCAPES[escape];
    if (char === undefined) throw badLiteral(literal, start);
    return char;
  });
}

const badLiteral = (literal: string, start: number): Error =>
  queryError('SC1010', `Syntax error, invalid string literal token '${literal}'.`, {
    start,
    end: start + literal.length,
  });
