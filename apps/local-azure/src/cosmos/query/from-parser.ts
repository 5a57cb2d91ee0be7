import type { Query, Source } from './ast.js';
import { queryRefused } from './query-error.js';
import type { TokenReader } from './token-reader.js';

/** Sets joined in one query at most, as in the service. */
const JOINS_MAX = 10;

/** Parses what stands after FROM: paths, iterations and subqueries, joined. */
export class FromParser {
  constructor(
    private readonly tokens: TokenReader,
    private readonly subquery: () => Query,
  ) {}

  parse(): Source[] {
    const sources: Source[] = [];
    do sources.push(this.source());
    while (this.tokens.take('JOIN'));
    if (sources.length > JOINS_MAX + 1) throw queryRefused(`A query has at most ${JOINS_MAX} JOINs.`);
    return sources;
  }

  private source(): Source {
    if (this.tokens.isIdentifier() && this.tokens.is('IN', 1)) {
      const alias = this.tokens.next().text;
      this.tokens.next();
      return { alias, each: true, origin: this.origin() };
    }
    const origin = this.origin();
    const hasAs = this.tokens.take('AS');
    if (hasAs || this.tokens.isIdentifier()) return { alias: this.tokens.identifier().text, each: false, origin };
    return { alias: impliedAlias(origin), each: false, origin };
  }

  private origin(): Source['origin'] {
    if (this.tokens.is('(')) return { kind: 'subquery', query: this.subquery() };
    const { text: name, start, end } = this.tokens.identifier();
    const path: (string | number)[] = [];
    for (;;) {
      if (this.tokens.take('.')) path.push(this.tokens.identifier().text);
      else if (this.tokens.take('[')) path.push(this.step());
      else return { kind: 'path', name, path, at: { start, end } };
    }
  }

  private step(): string | number {
    const isText = this.tokens.peek().kind === 'string';
    const { text } = this.tokens.expectKind(isText ? 'string' : 'number');
    this.tokens.expect(']');
    return isText ? text : Number(text);
  }
}

/** A path is known by its last name, unless that is an index. */
function impliedAlias(origin: Source['origin']): string | undefined {
  if (origin.kind === 'subquery') return undefined;
  const last = origin.path.at(-1) ?? origin.name;
  return typeof last === 'string' ? last : undefined;
}
