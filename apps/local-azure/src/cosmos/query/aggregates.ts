import type { Json } from '../json.js';
import { typeOf } from '../sort-key.js';
import type { Value } from './ast.js';
import { canonicalText, compare } from './values.js';

/** Gathers values into one. */
export interface Accumulator {
  /** Takes a value, once or (for counts only) several times; undefined ones count for nothing. */
  add(value: Value, times?: number): void;
  result(): Value;
}

const MAKERS: Readonly<Record<string, () => Accumulator>> = {
  COUNT: () => new Counter(() => true),
  COUNTIF: () => new Counter((value) => value === true),
  SUM: () => new Total((sum) => sum),
  AVG: () => new Total((sum, count) => (count === 0 ? undefined : sum / count)),
  MIN: () => new Extreme(-1),
  MAX: () => new Extreme(1),
  MAKELIST: () => new Collector(false),
  MAKESET: () => new Collector(true),
};

/** Whether that name (upper case) is of a function that makes one value of many rows. */
export const isAggregate = (name: string): boolean => Object.hasOwn(MAKERS, name);

/** A new accumulator for the aggregate of that name. */
export const accumulator = (name: string): Accumulator => MAKERS[name]!();

class Counter implements Accumulator {
  private count = 0;

  constructor(private readonly counts: (value: Value) => boolean) {}

  add(value: Value, times = 1): void {
    if (value !== undefined && this.counts(value)) this.count += times;
  }

  result(): Value {
    return this.count;
  }
}

/** SUM and AVG: one value that is not a number leaves them without a result. */
class Total implements Accumulator {
  private sum = 0;
  private count = 0;
  private areNumbers = true;

  constructor(private readonly finish: (sum: number, count: number) => number | undefined) {}

  add(value: Value): void {
    if (value === undefined) return;
    if (typeof value !== 'number') {
      this.areNumbers = false;
      return;
    }
    this.sum += value;
    this.count += 1;
  }

  result(): Value {
    if (!this.areNumbers) return undefined;
    const result = this.finish(this.sum, this.count);
    return Number.isFinite(result) ? result : undefined;
  }
}

const RANK = ['null', 'boolean', 'number', 'string'];

/** MIN and MAX of scalars, those of different types in the order of their types; an array or object leaves no result. */
class Extreme implements Accumulator {
  private found: Value;
  private areScalars = true;

  constructor(private readonly sign: 1 | -1) {}

  add(value: Value): void {
    if (value === undefined) return;
    if (typeof value === 'object' && value !== null) this.areScalars = false;
    else if (this.found === undefined || this.sign * order(value, this.found) > 0) this.found = value;
  }

  result(): Value {
    return this.areScalars ? this.found : undefined;
  }
}

const order = (left: Value, right: Value): number =>
  compare(left, right) ?? RANK.indexOf(typeOf(left)) - RANK.indexOf(typeOf(right));

/** MAKELIST keeps every value, MAKESET every different one, in the order in which they came. */
class Collector implements Accumulator {
  private readonly values: Json[] = [];
  private readonly seen = new Set<string>();

  constructor(private readonly distinct: boolean) {}

  add(value: Value): void {
    if (value === undefined) return;
    const key = this.distinct ? canonicalText(value) : '';
    if (this.distinct && this.seen.has(key)) return;
    this.seen.add(key);
    this.values.push(value);
  }

  result(): Value {
    return this.values;
  }
}
