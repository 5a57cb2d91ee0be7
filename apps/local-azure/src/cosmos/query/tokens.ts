import { badRequest } from '../cosmos-error.js';

/** A piece of query text, with its place. */
export interface Token {
  readonly kind: 'name' | 'parameter' | 'number' | 'string' | 'symbol' | 'end';
  /** Names as written; strings and numbers decoded; symbols themselves. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const PATTERNS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['number', /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['name', /[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ['parameter', /@\w+/y],
  ['string', /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"/sy],
  ['symbol', /\?\?|\|\||!=|<>|<=|>=|[-()[\]{},.:?=<>+*/%]/y],
];
const BLANK = /(?:\s+|--[^\n]*)*/y;
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

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
    return { kind, text: kind === 'string' ? unquoted(found) : found, start, end: start + found.length };
  }
  throw syntaxError(text, start);
}

function blankUntil(text: string, start: number): number {
  BLANK.lastIndex = start;
  return start + (BLANK.exec(text)?.[0].length ?? 0);
}

function unquoted(literal: string): string {
  const quote = literal[0]!;
  const inner = literal.slice(1, -1);
  const plain = quote === "'" ? inner.replaceAll("''", "\\'") : inner;
  return plain.replace(/\\(u[\da-fA-F]{4}|.)/gs, (_, escape: string) =>
    escape.length === 5 ? String.fromCharCode(Number.parseInt(escape.slice(1), 16)) : (ESCAPES[escape] ?? escape),
  );
}

/** 400 that names the place. */
export const syntaxError = (text: string, at: number): Error =>
  badRequest(`Syntax error, incorrect syntax near '${text.slice(at, at + 20)}' at position ${at}.`);
