import type { Place } from './ast.js';
import { syntaxError } from './query-error.js';
import { tokenize, type Token } from './tokens.js';

/** Words that cannot name a property or an alias; such a property is written `c["order"]`. */
const RESERVED: ReadonlySet<string> = new Set([
  'AND', 'ARRAY', 'AS', 'ASC', 'BETWEEN', 'BY', 'CASE', 'CAST', 'CONVERT', 'CROSS', 'DESC', 'DISTINCT', 'ELSE', 'END',
  'ESCAPE', 'EXISTS', 'FALSE', 'FOR', 'FROM', 'GROUP', 'HAVING', 'IN', 'INNER', 'INSERT', 'INTO', 'IS', 'JOIN', 'LEFT',
  'LIKE', 'LIMIT', 'NOT', 'NULL', 'OFFSET', 'ON', 'OR', 'ORDER', 'OUTER', 'OVER', 'RIGHT', 'SELECT', 'SET', 'THEN', 'TOP',
  'TRUE', 'UDF', 'UNDEFINED', 'UPDATE', 'VALUE', 'WHEN', 'WHERE', 'WITH',
]); // prettier-ignore

/** Walks over the tokens of a query. */
export class TokenReader {
  private readonly tokens: readonly Token[];
  private position = 0;

  constructor(private readonly source: string) {
    this.tokens = tokenize(source);
  }

  /** The token `ahead` places on. */
  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.position + ahead, this.tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.peek();
    this.position = Math.min(this.position + 1, this.tokens.length - 1);
    return token;
  }

  /** Whether the token `ahead` places on is that keyword (in any case) or symbol. */
  is(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    if (token.kind === 'symbol') return token.text === text;
    return token.kind === 'name' && token.text.toUpperCase() === text;
  }

  /** Takes the next token if it is that keyword or symbol. */
  take(text: string): boolean {
    const found = this.is(text);
    if (found) this.next();
    return found;
  }

  /** Takes that keyword or symbol. Throws 400 when it is not there. */
  expect(text: string): void {
    if (!this.take(text)) throw this.unexpected();
  }

  /** Takes a token of that kind. Throws 400 when it is another. */
  expectKind(kind: Token['kind']): Token {
    if (this.peek().kind !== kind) throw this.unexpected();
    return this.next();
  }

  /** Whether the next token can name something. */
  isIdentifier(): boolean {
    const token = this.peek();
    return token.kind === 'name' && !RESERVED.has(token.text.toUpperCase());
  }

  /** Takes a name that is not a reserved word. Throws 400 when there is none. */
  identifier(): Token {
    if (!this.isIdentifier()) throw this.unexpected();
    return this.next();
  }

  /** A refusal that names the next token. */
  unexpected(): Error {
    const { start, end } = this.peek();
    return syntaxError(this.source.slice(start, end), { start, end });
  }

  /** Runs a parser and gives its result with the text it read and where that is. */
  withText<T>(parse: () => T): { value: T; text: string; at: Place } {
    const { start } = this.peek();
    const value = parse();
    const end = this.position === 0 ? start : this.tokens[this.position - 1]!.end;
    return { value, text: this.source.slice(start, Math.max(start, end)), at: { start, end } };
  }
}
