import type { BinaryOperator, Expression, Query, SubqueryForm, UnaryOperator } from './ast.js';
import { queryError, queryRefused } from './query-error.js';
import type { TokenReader } from './token-reader.js';

const CONSTANTS: Readonly<Record<string, boolean | null | undefined>> = {
  TRUE: true,
  FALSE: false,
  NULL: null,
  UNDEFINED: undefined,
};
const SUBQUERY_FORMS: ReadonlySet<string> = new Set<SubqueryForm>(['EXISTS', 'ARRAY', 'FIRST', 'LAST']);
const UNARY: readonly UnaryOperator[] = ['NOT', '-', '+', '~'];
const COMPARISONS = ['=', '!=', '<>', '<=', '>=', '<<', '>>>', '>>', '<', '>'] as const;

/** Functions of the service that need indexes which this server does not have: spatial, vector and full-text. */
const OF_OTHER_INDEXES = /^(?:ST_\w+|VectorDistance|FullText\w+|RRF)$/i;

/** Expressions may be nested to this depth, so that no query exhausts the stack. */
const DEPTH_MAX = 200;

/** What an expression parser needs to know of the language around it. */
export interface ExpressionSurroundings {
  /** Parses a query within parentheses. */
  readonly subquery: () => Query;
  /** Whether a built-in function or aggregate of that name (upper case) exists. */
  readonly isFunction: (name: string) => boolean;
}

/**
 * Parses scalar expressions. From loosest to tightest: `?:`; `??`, to the right; BETWEEN, which stands alone; OR; AND; IN and
 * LIKE; comparisons and shifts; `||`; `| ^ & + -`; `* / %`; NOT and signs; members.
 */
export class ExpressionParser {
  private depth = 0;

  constructor(
    private readonly tokens: TokenReader,
    private readonly surroundings: ExpressionSurroundings,
  ) {}

  parse(): Expression {
    this.depth += 1;
    if (this.depth > DEPTH_MAX) throw queryRefused(`Expressions are nested more than ${DEPTH_MAX} deep.`);
    const condition = this.coalesce();
    const parsed = this.tokens.take('?') ? this.conditional(condition) : condition;
    this.depth -= 1;
    return parsed;
  }

  private conditional(condition: Expression): Expression {
    const yes = this.parse();
    this.tokens.expect(':');
    return { kind: 'conditional', condition, yes, no: this.parse() };
  }

  private coalesce(): Expression {
    const left = this.betweenOrLogical();
    return this.tokens.take('??') ? { kind: 'binary', operator: '??', left, right: this.coalesce() } : left;
  }

  private betweenOrLogical(): Expression {
    const value = this.comparison();
    const isNegated = this.tokens.is('NOT') && this.tokens.is('BETWEEN', 1);
    if (isNegated) this.tokens.next();
    if (!this.tokens.take('BETWEEN')) return this.logical(value);
    const from = this.comparison();
    this.tokens.expect('AND');
    const between: Expression = { kind: 'between', value, from, to: this.comparison() };
    return isNegated ? negated(between) : between;
  }

  private logical(first: Expression): Expression {
    let left = this.conjunction(this.membership(first));
    while (this.tokens.take('OR')) {
      const right = this.conjunction(this.membership(this.comparison()));
      left = { kind: 'binary', operator: 'OR', left, right };
    }
    return left;
  }

  private conjunction(first: Expression): Expression {
    let left = first;
    while (this.tokens.take('AND')) {
      left = { kind: 'binary', operator: 'AND', left, right: this.membership(this.comparison()) };
    }
    return left;
  }

  private membership(value: Expression): Expression {
    const isNegated = this.tokens.is('NOT') && (this.tokens.is('IN', 1) || this.tokens.is('LIKE', 1));
    if (isNegated) this.tokens.next();
    const found = this.inList(value) ?? this.like(value);
    if (found === undefined) return value;
    return isNegated ? negated(found) : found;
  }

  private inList(value: Expression): Expression | undefined {
    if (!this.tokens.take('IN')) return undefined;
    this.tokens.expect('(');
    const list = this.listUntil(')');
    if (list.length === 0) throw this.tokens.unexpected();
    return { kind: 'in', value, list };
  }

  private like(value: Expression): Expression | undefined {
    if (!this.tokens.take('LIKE')) return undefined;
    const pattern = this.comparison();
    if (!this.tokens.take('ESCAPE')) return { kind: 'like', value, pattern };
    const escape = this.tokens.expectKind('string').text;
    if (escape.length !== 1) throw queryRefused('The ESCAPE of a LIKE is one character.');
    return { kind: 'like', value, pattern, escape };
  }

  private comparison(): Expression {
    return this.leftToRight(COMPARISONS, () => this.concatenation());
  }

  private concatenation(): Expression {
    const product = (): Expression => this.leftToRight(['*', '/', '%'], () => this.signed());
    return this.leftToRight(['||'], () => this.leftToRight(['|', '^', '&', '+', '-'], product));
  }

  private signed(): Expression {
    const operator = UNARY.find((candidate) => this.tokens.take(candidate));
    if (operator === undefined) return this.members(this.primary());
    this.depth += 1;
    if (this.depth > DEPTH_MAX) throw queryRefused(`Expressions are nested more than ${DEPTH_MAX} deep.`);
    const operand = this.signed();
    this.depth -= 1;
    return { kind: 'unary', operator, operand };
  }

  private members(first: Expression): Expression {
    let of = first;
    for (;;) {
      if (this.tokens.take('.')) {
        of = { kind: 'member', of, name: { kind: 'constant', value: this.tokens.identifier().text } };
      } else if (this.tokens.take('[')) {
        of = { kind: 'member', of, name: this.parse() };
        this.tokens.expect(']');
      } else {
        return of;
      }
    }
  }

  private primary(): Expression {
    const { tokens } = this;
    if (tokens.is('(')) return this.parenthesized();
    if (tokens.take('[')) return { kind: 'array', items: this.listUntil(']') };
    if (tokens.take('{')) return this.object();
    const token = tokens.peek();
    switch (token.kind) {
      case 'number':
        return { kind: 'constant', value: Number(tokens.next().text) };
      case 'string':
        return { kind: 'constant', value: tokens.next().text };
      case 'parameter':
        return { kind: 'parameter', name: tokens.next().text };
      case 'name':
        return this.named(token.text.toUpperCase());
      default:
        throw tokens.unexpected();
    }
  }

  private parenthesized(): Expression {
    if (this.tokens.is('SELECT', 1)) return { kind: 'subquery', form: 'SCALAR', query: this.surroundings.subquery() };
    this.tokens.expect('(');
    const inner = this.parse();
    this.tokens.expect(')');
    return inner;
  }

  private named(upper: string): Expression {
    if (Object.hasOwn(CONSTANTS, upper)) {
      this.tokens.next();
      return { kind: 'constant', value: CONSTANTS[upper] };
    }
    if (this.tokens.is('(', 1)) return this.callOrSubquery(upper);
    if (upper === 'UDF' && this.tokens.is('.', 1)) {
      throw queryRefused('User-defined functions are not supported by this server.');
    }
    const { text: name, start, end } = this.tokens.identifier();
    return { kind: 'name', name, at: { start, end } };
  }

  private callOrSubquery(name: string): Expression {
    const { start, end, text } = this.tokens.next();
    if (SUBQUERY_FORMS.has(name) && this.tokens.is('SELECT', 1)) {
      return { kind: 'subquery', form: name as SubqueryForm, query: this.surroundings.subquery() };
    }
    if (!this.surroundings.isFunction(name)) {
      if (OF_OTHER_INDEXES.test(text)) throw queryRefused(`The function ${text} is not supported by this server.`);
      throw queryError('SC2005', `'${text}' is not a recognized built-in function name.`, { start, end });
    }
    const args = this.tokens.withText(() => {
      this.tokens.expect('(');
      return this.listUntil(')');
    });
    return { kind: 'call', name, args: args.value, argsText: args.text.slice(1, -1), at: { start, end } };
  }

  private object(): Expression {
    const entries: [string, Expression][] = [];
    while (!this.tokens.take('}')) {
      if (entries.length > 0) this.tokens.expect(',');
      const isText = this.tokens.peek().kind === 'string';
      const name = (isText ? this.tokens.next() : this.tokens.identifier()).text;
      this.tokens.expect(':');
      entries.push([name, this.parse()]);
    }
    return { kind: 'object', entries };
  }

  private listUntil(closing: string): Expression[] {
    const items: Expression[] = [];
    while (!this.tokens.take(closing)) {
      if (items.length > 0) this.tokens.expect(',');
      items.push(this.parse());
    }
    return items;
  }

  private leftToRight(operators: readonly (BinaryOperator | '<>')[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((candidate) => this.tokens.take(candidate));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator: operator === '<>' ? '!=' : operator, left, right: operand() };
    }
  }
}

const negated = (operand: Expression): Expression => ({ kind: 'unary', operator: 'NOT', operand });
