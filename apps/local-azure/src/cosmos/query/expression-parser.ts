import { AGGREGATES, type BinaryOperator, type Expression } from './ast.js';
import { isFunction } from './functions.js';
import { badRequest } from '../cosmos-error.js';
import type { TokenReader } from './token-reader.js';

const CONSTANTS: Readonly<Record<string, boolean | null | undefined>> = {
  TRUE: true,
  FALSE: false,
  NULL: null,
  UNDEFINED: undefined,
};
const COMPARISONS = ['=', '!=', '<>', '<=', '>=', '<', '>'] as const;

/** Parses scalar expressions over one document, which the query calls `alias`. */
export class ExpressionParser {
  constructor(
    private readonly tokens: TokenReader,
    private readonly alias: string,
  ) {}

  /** From loosest to tightest: `?:`, `??`, OR, AND, NOT, comparisons, `||`, sums, products, signs, members. */
  parse(): Expression {
    const condition = this.leftToRight(['??'], () => this.or());
    if (!this.tokens.take('?')) return condition;
    const yes = this.parse();
    this.tokens.expect(':');
    return { kind: 'conditional', condition, yes, no: this.parse() };
  }

  private or(): Expression {
    return this.leftToRight(['OR'], () => this.leftToRight(['AND'], () => this.not()));
  }

  private not(): Expression {
    return this.tokens.take('NOT') ? negated(this.not()) : this.comparison();
  }

  private comparison(): Expression {
    const left = this.concatenation();
    const operator = COMPARISONS.find((candidate) => this.tokens.take(candidate));
    if (operator !== undefined) {
      const name = operator === '<>' ? '!=' : operator;
      return { kind: 'binary', operator: name, left, right: this.concatenation() };
    }
    return this.tokens.take('NOT') ? negated(this.membership(left, true)) : this.membership(left, false);
  }

  private membership(value: Expression, required: boolean): Expression {
    if (this.tokens.take('IN')) {
      this.tokens.expect('(');
      return { kind: 'in', value, list: this.listUntil(')') };
    }
    if (this.tokens.take('BETWEEN')) {
      const from = this.concatenation();
      this.tokens.expect('AND');
      return { kind: 'between', value, from, to: this.concatenation() };
    }
    if (this.tokens.take('LIKE')) {
      const pattern = this.concatenation();
      return this.tokens.take('ESCAPE')
        ? { kind: 'like', value, pattern, escape: this.concatenation() }
        : { kind: 'like', value, pattern };
    }
    if (required) throw this.tokens.unexpected();
    return value;
  }

  private concatenation(): Expression {
    const product = (): Expression => this.leftToRight(['*', '/', '%'], () => this.signed());
    return this.leftToRight(['||'], () => this.leftToRight(['+', '-'], product));
  }

  private signed(): Expression {
    for (const operator of ['-', '+'] as const) {
      if (this.tokens.take(operator)) return { kind: 'unary', operator, operand: this.signed() };
    }
    return this.members(this.primary());
  }

  private members(of: Expression): Expression {
    if (this.tokens.take('.')) {
      const name = this.tokens.expectKind('name').text;
      return this.members({ kind: 'member', of, name: { kind: 'constant', value: name } });
    }
    if (!this.tokens.take('[')) return of;
    const name = this.parse();
    this.tokens.expect(']');
    return this.members({ kind: 'member', of, name });
  }

  private primary(): Expression {
    const { tokens } = this;
    if (tokens.take('(')) return this.parenthesized();
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
        return this.named(token.text);
      default:
        throw tokens.unexpected();
    }
  }

  private parenthesized(): Expression {
    if (this.tokens.is('SELECT')) throw badRequest('Subqueries are not supported by this server.');
    const inner = this.parse();
    this.tokens.expect(')');
    return inner;
  }

  private named(name: string): Expression {
    const upper = name.toUpperCase();
    if (this.tokens.is('(', 1)) return this.call(upper);
    if (name !== this.alias && upper in CONSTANTS) {
      this.tokens.next();
      return { kind: 'constant', value: CONSTANTS[upper] };
    }
    if (name !== this.alias) throw badRequest(`Identifier '${name}' could not be resolved.`);
    this.tokens.next();
    return { kind: 'root' };
  }

  private call(name: string): Expression {
    if (!AGGREGATES.has(name) && !isFunction(name))
      throw badRequest(`'${name}' is not a recognized built-in function name.`);
    this.tokens.next();
    this.tokens.expect('(');
    return { kind: 'call', name, args: this.listUntil(')') };
  }

  private object(): Expression {
    const entries: [string, Expression][] = [];
    while (!this.tokens.take('}')) {
      if (entries.length > 0) this.tokens.expect(',');
      const name = this.tokens.expectKind(this.tokens.peek().kind === 'string' ? 'string' : 'name').text;
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

  private leftToRight(operators: readonly BinaryOperator[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((candidate) => this.tokens.take(candidate));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: operand() };
    }
  }
}

const negated = (operand: Expression): Expression => ({ kind: 'unary', operator: 'NOT', operand });
