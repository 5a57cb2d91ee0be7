import type { FilterSubject } from './filter-subject.js';
import { RESERVED, syntaxError, SYSTEM_PROPERTIES, tokenize, type Token } from './sql-filter-tokens.js';
import {
  and,
  calculate,
  compare,
  filterValue,
  likeTest,
  negatedTimes,
  not,
  or,
  type FilterValue,
} from './sql-filter-values.js';

type Evaluate = (subject: FilterSubject) => FilterValue;
type Parameters = ReadonlyMap<string, FilterValue>;

const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '!=', '<', '>', '<=', '>=']);
const DEPTH_MAX = 64;

/**
 * Compiles a Service Bus SQL filter; the result says whether a message matches, which is when the expression is true
 * and not merely unknown. Throws `com.microsoft:argument-error` when it is not a filter.
 */
export function compileSqlFilter(expression: string, parameters?: Parameters): (subject: FilterSubject) => boolean {
  const evaluate = compileSqlExpression(expression, parameters);
  return (subject) => evaluate(subject) === true;
}

/** Compiles an expression to its value; `parameters` are the values of `@name`, by names in lower case. */
export function compileSqlExpression(expression: string, parameters: Parameters = new Map()): Evaluate {
  return new FilterParser(expression, parameters).parse();
}

class FilterParser {
  private readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;

  constructor(
    private readonly expression: string,
    private readonly parameters: Parameters,
  ) {
    this.tokens = tokenize(expression);
  }

  parse(): Evaluate {
    const evaluate = this.disjunction();
    if (this.token.kind !== 'end') throw this.unexpected();
    return evaluate;
  }

  private disjunction(): Evaluate {
    if ((this.depth += 1) > DEPTH_MAX) throw syntaxError(this.expression, 'it is nested too deeply');
    let left = this.conjunction();
    while (this.takeWord('OR')) {
      const [a, b] = [left, this.conjunction()];
      left = (subject) => or(a(subject), b(subject));
    }
    this.depth -= 1;
    return left;
  }

  private conjunction(): Evaluate {
    let left = this.negation();
    while (this.takeWord('AND')) {
      const [a, b] = [left, this.negation()];
      left = (subject) => and(a(subject), b(subject));
    }
    return left;
  }

  private negation(): Evaluate {
    let negations = 0;
    while (this.takeWord('NOT')) negations += 1;
    const operand = this.comparison();
    return negations === 0 ? operand : (subject) => negatedTimes(negations, operand(subject));
  }

  private comparison(): Evaluate {
    const left = this.sum();
    if (this.token.kind === 'symbol' && COMPARISONS.has(this.token.text)) {
      const operator = this.take().text;
      const right = this.sum();
      return (subject) => compare(operator, left(subject), right(subject));
    }
    if (this.takeWord('IS')) {
      const negated = this.takeWord('NOT');
      this.expectWord('NULL');
      return (subject) => (left(subject) === undefined) !== negated;
    }
    const negated = this.takeWord('NOT');
    const test = this.takeWord('IN') ? this.membership(left) : this.takeWord('LIKE') ? this.likeness(left) : undefined;
    if (test !== undefined) return negated ? (subject) => not(test(subject)) : test;
    if (negated) throw this.unexpected();
    return left;
  }

  private membership(left: Evaluate): Evaluate {
    this.expectSymbol('(');
    const members = [this.sum()];
    while (this.takeSymbol(',')) members.push(this.sum());
    this.expectSymbol(')');
    return (subject) => {
      const value = left(subject);
      return members.reduce<FilterValue>((found, member) => or(found, compare('=', value, member(subject))), false);
    };
  }

  private likeness(left: Evaluate): Evaluate {
    const pattern = this.sum();
    const escape = this.takeWord('ESCAPE') ? this.takeString() : undefined;
    let known: { pattern: string; test: (text: string) => boolean } | undefined;
    return (subject) => {
      const [text, like] = [left(subject), pattern(subject)];
      if (typeof text !== 'string' || typeof like !== 'string') return undefined;
      if (known?.pattern !== like) known = { pattern: like, test: likeTest(like, escape) };
      return known.test(text);
    };
  }

  private sum(): Evaluate {
    return this.leftAssociative(['+', '-'], () => this.leftAssociative(['*', '/', '%'], () => this.sign()));
  }

  private leftAssociative(operators: readonly string[], operand: () => Evaluate): Evaluate {
    let left = operand();
    while (this.token.kind === 'symbol' && operators.includes(this.token.text)) {
      const operator = this.take().text;
      const [a, b] = [left, operand()];
      left = (subject) => calculate(operator, a(subject), b(subject));
    }
    return left;
  }

  private sign(): Evaluate {
    let negative = false;
    while (this.token.kind === 'symbol' && (this.token.text === '-' || this.token.text === '+')) {
      if (this.take().text === '-') negative = !negative;
    }
    const operand = this.primary();
    return negative ? (subject) => calculate('-', 0, operand(subject)) : operand;
  }

  private primary(): Evaluate {
    const token = this.take();
    if (token.kind === 'number') return () => token.value;
    if (token.kind === 'string') return () => token.text;
    if (token.kind === 'parameter') return this.parameter(token.text);
    if (token.kind === 'name') return this.property(token.text);
    if (token.kind === 'word') return this.word(token.text);
    if (token.text !== '(') throw this.unexpected(token);
    const inner = this.disjunction();
    this.expectSymbol(')');
    return inner;
  }

  private parameter(name: string): Evaluate {
    const value = this.parameters.get(name.toLowerCase());
    if (value === undefined) throw syntaxError(this.expression, `the parameter @${name} has no value`);
    return () => value;
  }

  private word(word: string): Evaluate {
    const upper = word.toUpperCase();
    if (upper === 'TRUE' || upper === 'FALSE') return () => upper === 'TRUE';
    if (upper === 'NULL') return () => undefined;
    if (upper === 'EXISTS') return this.existence();
    if (upper === 'SYS' && this.takeSymbol('.')) return this.systemProperty();
    if (upper === 'USER' && this.takeSymbol('.')) return this.property(this.takeName());
    if ((upper === 'PROPERTY' || upper === 'P') && this.takeSymbol('(')) {
      const evaluate = this.property(this.takeName());
      this.expectSymbol(')');
      return evaluate;
    }
    if (RESERVED.has(upper)) throw this.unexpected({ kind: 'word', text: word });
    return this.property(word);
  }

  private existence(): Evaluate {
    this.expectSymbol('(');
    const first = this.takeName();
    const scoped = this.takeSymbol('.');
    const name = scoped ? this.takeName() : first;
    this.expectSymbol(')');
    if (!scoped || first.toUpperCase() === 'USER') return (subject) => subject.property(name) !== undefined;
    const system = this.systemName(name);
    return (subject) => subject.system(system) !== undefined;
  }

  private property(name: string): Evaluate {
    return (subject) => filterValue(subject.property(name));
  }

  private systemProperty(): Evaluate {
    const name = this.systemName(this.takeName());
    return (subject) => filterValue(subject.system(name));
  }

  private systemName(name: string): string {
    const lower = name.toLowerCase();
    if (!SYSTEM_PROPERTIES.has(lower)) throw syntaxError(this.expression, `there is no system property sys.${name}`);
    return lower;
  }

  private get token(): Token {
    return this.tokens[this.at]!;
  }

  private take(): Token {
    const token = this.token;
    if (token.kind !== 'end') this.at += 1;
    return token;
  }

  private takeWord(word: string): boolean {
    const found = this.token.kind === 'word' && this.token.text.toUpperCase() === word;
    if (found) this.at += 1;
    return found;
  }

  private takeSymbol(symbol: string): boolean {
    const found = this.token.kind === 'symbol' && this.token.text === symbol;
    if (found) this.at += 1;
    return found;
  }

  private takeName(): string {
    const token = this.take();
    if (token.kind === 'word' || token.kind === 'name' || token.kind === 'string') return token.text;
    throw this.unexpected(token);
  }

  private takeString(): string {
    if (this.token.kind !== 'string') throw this.unexpected();
    return this.take().text;
  }

  private expectWord(word: string): void {
    if (!this.takeWord(word)) throw this.unexpected();
  }

  private expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.unexpected();
  }

  private unexpected(token: Token = this.token): Error {
    return syntaxError(this.expression, token.kind === 'end' ? 'it ends too early' : `"${token.text}" is not expected`);
  }
}
