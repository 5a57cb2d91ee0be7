import { badRequest } from '../cosmos-error.js';
import { pathOf, type Expression, type OrderKey, type Query, type Selected, type Selection } from './ast.js';
import { ExpressionParser } from './expression-parser.js';
import { TokenReader } from './token-reader.js';

/** Queries are few and repeated; their parsed forms are kept up to this number. */
const CACHED_QUERIES_MAX = 500;
const cache = new Map<string, Query>();

/** Parses a query. Throws 400 that names the place of a syntax error, or the feature that is not supported. */
export function parseQuery(text: string): Query {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const parsed = new QueryParser(text).parse();
  if (cache.size >= CACHED_QUERIES_MAX) cache.delete(cache.keys().next().value!);
  cache.set(text, parsed);
  return parsed;
}

class QueryParser {
  private readonly tokens: TokenReader;
  private readonly alias: string;
  private readonly expressions: ExpressionParser;

  constructor(text: string) {
    this.tokens = new TokenReader(text);
    this.alias = aliasIn(new TokenReader(text));
    this.expressions = new ExpressionParser(this.tokens, this.alias);
  }

  parse(): Query {
    const { tokens } = this;
    tokens.expect('SELECT');
    if (tokens.is('DISTINCT')) throw badRequest('DISTINCT is not supported by this server.');
    const top = tokens.take('TOP') ? this.expressions.parse() : undefined;
    const selection = this.selection();
    this.from();
    const where = tokens.take('WHERE') ? this.tokens.withText(() => this.expressions.parse()) : undefined;
    if (tokens.is('GROUP')) throw badRequest('GROUP BY is not supported by this server.');
    const orderBy = this.orderBy();
    const offset = tokens.take('OFFSET') ? this.expressions.parse() : undefined;
    if (offset !== undefined) tokens.expect('LIMIT');
    const limit = offset === undefined ? undefined : this.expressions.parse();
    tokens.expectKind('end');
    return {
      selection,
      alias: this.alias,
      where: where && { expression: where.value, text: where.text },
      orderBy,
      top,
      offset,
      limit,
    };
  }

  private selection(): Selection {
    if (this.tokens.take('*')) return { kind: 'document' };
    if (this.tokens.take('VALUE')) {
      const { value: expression, text } = this.tokens.withText(() => this.expressions.parse());
      return expression.kind === 'root' ? { kind: 'document' } : { kind: 'value', expression, text };
    }
    const columns: Selected[] = [];
    do columns.push(this.column(columns.length));
    while (this.tokens.take(','));
    return { kind: 'columns', columns };
  }

  private column(index: number): Selected {
    const { value: expression, text } = this.tokens.withText(() => this.expressions.parse());
    if (this.tokens.take('AS')) return { name: this.tokens.expectKind('name').text, expression, text };
    const implied = !this.tokens.is('FROM') && this.tokens.peek().kind === 'name';
    return { name: implied ? this.tokens.next().text : this.nameOf(expression, index), expression, text };
  }

  private nameOf(expression: Expression, index: number): string {
    return expression.kind === 'root' ? this.alias : (pathOf(expression)?.at(-1) ?? `$${index + 1}`);
  }

  private from(): void {
    if (!this.tokens.take('FROM')) return;
    this.tokens.expectKind('name');
    if (this.tokens.is('.') || this.tokens.is('[')) throw badRequest('FROM a path is not supported by this server.');
    this.tokens.take('AS');
    if (this.tokens.peek().kind === 'name' && this.tokens.peek().text === this.alias) this.tokens.next();
    if (this.tokens.is('JOIN') || this.tokens.is('IN'))
      throw badRequest('JOIN and IN are not supported by this server.');
  }

  private orderBy(): OrderKey[] {
    if (!this.tokens.take('ORDER')) return [];
    this.tokens.expect('BY');
    const keys: OrderKey[] = [];
    do {
      const { value: expression, text } = this.tokens.withText(() => this.expressions.parse());
      const descending = this.tokens.take('DESC');
      if (!descending) this.tokens.take('ASC');
      keys.push({ expression, text, descending });
    } while (this.tokens.take(','));
    return keys;
  }
}

const CLAUSES: ReadonlySet<string> = new Set(['WHERE', 'ORDER', 'GROUP', 'OFFSET', 'JOIN', 'IN']);

/** The name that FROM gives the document; expressions before it need it. */
function aliasIn(tokens: TokenReader): string {
  for (let token = tokens.next(); token.kind !== 'end'; token = tokens.next()) {
    if (token.kind !== 'name' || token.text.toUpperCase() !== 'FROM') continue;
    const source = tokens.next();
    tokens.take('AS');
    const next = tokens.peek();
    return next.kind === 'name' && !CLAUSES.has(next.text.toUpperCase()) ? next.text : source.text;
  }
  return 'c';
}
