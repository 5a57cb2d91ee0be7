import {
  pathOf,
  rootAliasOf,
  type Expression,
  type OrderKey,
  type Query,
  type Selected,
  type Selection,
  type Written,
} from './ast.js';
import { checkNames } from './check-names.js';
import { ExpressionParser } from './expression-parser.js';
import { FromParser } from './from-parser.js';
import { isAggregate } from './aggregates.js';
import { isFunction } from './functions/function-table.js';
import { queryError, queryRefused } from './query-error.js';
import { TokenReader } from './token-reader.js';

/** Queries are few and repeated; their parsed forms are kept up to this number. */
const CACHED_QUERIES_MAX = 500;
/** Longest query text, in characters; the service's limit is 512 KB. */
const TEXT_LENGTH_MAX = 512 * 1024;
const cache = new Map<string, Query>();

/** Parses a query. Throws 400 that names the place of a syntax error, or the feature that is not supported. */
export function parseQuery(text: string): Query {
  const known = cache.get(text);
  if (known !== undefined) return known;
  if (text.length > TEXT_LENGTH_MAX) throw queryRefused(`The query text is longer than ${TEXT_LENGTH_MAX} characters.`);
  const parsed = new QueryParser(text).parse();
  checkNames(parsed);
  if (cache.size >= CACHED_QUERIES_MAX) cache.delete(cache.keys().next().value!);
  cache.set(text, parsed);
  return parsed;
}

class QueryParser {
  private readonly tokens: TokenReader;
  private readonly expressions: ExpressionParser;
  private readonly sources: FromParser;
  private nesting = 0;

  constructor(private readonly source: string) {
    this.tokens = new TokenReader(source);
    const subquery = (): Query => this.subquery();
    const known = (name: string): boolean => isFunction(name) || isAggregate(name);
    this.expressions = new ExpressionParser(this.tokens, { subquery, isFunction: known });
    this.sources = new FromParser(this.tokens, subquery);
  }

  parse(): Query {
    const query = this.query();
    this.tokens.expectKind('end');
    return query;
  }

  private subquery(): Query {
    this.tokens.expect('(');
    this.nesting += 1;
    const query = this.query();
    this.nesting -= 1;
    this.tokens.expect(')');
    return query;
  }

  private query(): Query {
    const { tokens } = this;
    const { start } = tokens.peek();
    tokens.expect('SELECT');
    const distinct = tokens.take('DISTINCT');
    const top = this.top();
    const selection = this.selection();
    const from = tokens.withText(() => (tokens.take('FROM') ? this.sources.parse() : []));
    const where = tokens.take('WHERE') ? this.written() : undefined;
    const groupBy = this.groupBy();
    const orderBy = this.orderBy();
    const text = this.source.slice(start, tokens.peek().start).trim();
    const fromText = from.text.slice('FROM'.length).trim();
    const query = { distinct, selection, sources: from.value, fromText, where, groupBy, orderBy, top, text };
    return named({ ...query, ...this.offsetLimit() });
  }

  private top(): Expression | undefined {
    const { value, at } = this.tokens.withText(() => (this.tokens.take('TOP') ? this.count() : undefined));
    if (value !== undefined) this.refuseInSubquery('SC2203', "'TOP' is not supported in subqueries.", at);
    return value;
  }

  private offsetLimit(): Pick<Query, 'offset' | 'limit'> {
    const { value, at } = this.tokens.withText(() => {
      if (!this.tokens.take('OFFSET')) return { offset: undefined, limit: undefined };
      const offset = this.count();
      this.tokens.expect('LIMIT');
      return { offset, limit: this.count() };
    });
    if (value.offset !== undefined) {
      this.refuseInSubquery('SC2204', "'OFFSET LIMIT' clause is not supported in subqueries.", at);
    }
    return value;
  }

  private refuseInSubquery(code: 'SC2202' | 'SC2203' | 'SC2204', message: string, at: { start: number; end: number }) {
    if (this.nesting > 0) throw queryError(code, message, at);
  }

  private count(): Expression {
    const { kind, text } = this.tokens.peek();
    if (kind === 'parameter') return { kind: 'parameter', name: this.tokens.next().text };
    if (kind !== 'number' || !/^\d+$/.test(text)) throw this.tokens.unexpected();
    return { kind: 'constant', value: Number(this.tokens.next().text) };
  }

  private selection(): Selection {
    if (this.tokens.take('*')) return { kind: 'everything' };
    if (this.tokens.take('VALUE')) return { kind: 'value', ...this.written() };
    const columns: Selected[] = [];
    do columns.push(this.column());
    while (this.tokens.take(','));
    return { kind: 'columns', columns };
  }

  private column(): Selected {
    const column = this.written();
    const hasAs = this.tokens.take('AS');
    if (this.tokens.peek().kind === 'string') return { ...column, name: this.tokens.next().text };
    if (hasAs || this.tokens.isIdentifier()) return { ...column, name: this.tokens.identifier().text };
    return { ...column, name: impliedName(column.expression) };
  }

  private groupBy(): Written[] {
    if (!this.tokens.take('GROUP')) return [];
    this.tokens.expect('BY');
    const keys: Written[] = [];
    do keys.push(this.written());
    while (this.tokens.take(','));
    return keys;
  }

  private orderBy(): OrderKey[] {
    const { value, at } = this.tokens.withText(() => {
      const keys: OrderKey[] = [];
      if (!this.tokens.take('ORDER')) return keys;
      this.tokens.expect('BY');
      if (this.tokens.is('RANK') && !this.tokens.is('.', 1)) throw queryRefused('ORDER BY RANK is not supported.');
      do keys.push(this.orderKey());
      while (this.tokens.take(','));
      return keys;
    });
    if (value.length > 0) this.refuseInSubquery('SC2202', "'ORDER BY' is not supported in subqueries.", at);
    return value;
  }

  private orderKey(): OrderKey {
    const key = this.written();
    const descending = this.tokens.take('DESC');
    if (!descending) this.tokens.take('ASC');
    return { ...key, descending };
  }

  private written(): Written {
    const { value, text } = this.tokens.withText(() => this.expressions.parse());
    return { expression: value, text };
  }
}

/** The last name of a path; empty when a column has no name of its own. */
function impliedName(expression: Expression): string {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'member' || expression.name.kind !== 'constant') return '';
  return typeof expression.name.value === 'string' ? expression.name.value : '';
}

/** Columns without a name are $1, $2 and so on; `SELECT VALUE c` of the whole document is everything. */
function named(query: Query): Query {
  const { selection } = query;
  if (selection.kind === 'value' && query.sources.length === 1 && query.groupBy.length === 0) {
    const isDocument = pathOf(selection.expression, rootAliasOf(query))?.length === 0;
    return isDocument ? { ...query, selection: { kind: 'everything' } } : query;
  }
  if (selection.kind !== 'columns') return query;
  let unnamed = 0;
  const columns = selection.columns.map((column) =>
    column.name === '' ? { ...column, name: `$${++unnamed}` } : column,
  );
  const names = columns.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw queryRefused(`Property name '${repeated}' specified more than once.`);
  return { ...query, selection: { kind: 'columns', columns } };
}
