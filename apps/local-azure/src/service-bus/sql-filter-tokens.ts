import { ServiceBusError } from './service-bus-error.js';

/** One token of a filter expression; words keep their spelling, delimited names and strings are unescaped. */
export type Token =
  | { readonly kind: 'word' | 'name' | 'string' | 'parameter' | 'symbol' | 'end'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string; readonly value: number | bigint };

const PATTERN =
  /\s*(?:(?<hex>0[xX][0-9a-fA-F]+)|(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<word>[\p{L}_][\p{L}\p{N}_]*)|@(?<parameter>[\p{L}_][\p{L}\p{N}_]*)|\[(?<bracketed>(?:[^\]]|\]\])+)\]|"(?<quoted>(?:[^"]|"")+)"|'(?<string>(?:[^']|'')*)'|(?<symbol><>|!=|<=|>=|[=<>+\-*/%(),.])|(?<end>$))/uy;

/** Words that cannot be the name of a property unless they are delimited. */
export const RESERVED: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT', 'IN', 'LIKE', 'IS', 'ESCAPE', 'BETWEEN']);
/** What may follow `sys.`, in lower case. */
export const SYSTEM_PROPERTIES: ReadonlySet<string> = new Set([
  'messageid',
  'correlationid',
  'sessionid',
  'to',
  'replyto',
  'replytosessionid',
  'label',
  'contenttype',
]);

/** Splits a filter expression into tokens; throws `com.microsoft:argument-error` at a character it cannot read. */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  for (;;) {
    const at = PATTERN.lastIndex;
    const groups = PATTERN.exec(expression)?.groups;
    if (groups === undefined) throw syntaxError(expression, `unexpected character at ${at}`);
    const token = tokenOf(groups);
    tokens.push(token);
    if (token.kind === 'end') return tokens;
  }
}

/** The error for an expression that is not a filter. */
export function syntaxError(expression: string, problem: string): ServiceBusError {
  return new ServiceBusError('com.microsoft:argument-error', `The filter "${expression}" is invalid: ${problem}.`);
}

function tokenOf(groups: Record<string, string | undefined>): Token {
  const { hex, number, word, parameter, bracketed, quoted, string, symbol } = groups;
  if (hex !== undefined) return { kind: 'number', text: hex, value: exact(BigInt(hex)) };
  if (number !== undefined) {
    return { kind: 'number', text: number, value: /^\d+$/.test(number) ? exact(BigInt(number)) : Number(number) };
  }
  if (word !== undefined) return { kind: 'word', text: word };
  if (parameter !== undefined) return { kind: 'parameter', text: parameter };
  if (bracketed !== undefined) return { kind: 'name', text: bracketed.replaceAll(']]', ']') };
  if (quoted !== undefined) return { kind: 'name', text: quoted.replaceAll('""', '"') };
  if (string !== undefined) return { kind: 'string', text: string.replaceAll("''", "'") };
  if (symbol !== undefined) return { kind: 'symbol', text: symbol };
  return { kind: 'end', text: '' };
}

function exact(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
