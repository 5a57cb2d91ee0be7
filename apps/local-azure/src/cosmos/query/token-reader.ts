import { syntaxError, tokenize, type Token } from './tokens.js';

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

  /** Whether the next token is that keyword (in any case) or symbol. */
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

  /** A refusal that names the next token. */
  unexpected(): Error {
    return syntaxError(this.source, this.peek().start);
  }

  /** Runs a parser and gives its result with the text it read. */
  withText<T>(parse: () => T): { value: T; text: string } {
    const { start } = this.peek();
    const value = parse();
    const last = this.tokens[this.position - 1]!;
    return { value, text: this.source.slice(start, last.end) };
  }
}
