import type { JsonObject } from '../json.js';
import { typeOf } from '../sort-key.js';
import type { Value } from './ast.js';
import type { Evaluate } from './evaluator.js';
import { compare } from './values.js';

/** Gathers the values of one aggregate call over the documents of a query. */
export class Aggregate {
  private count = 0;
  private sum = 0;
  private allNumbers = true;
  private lowest: Value;
  private highest: Value;

  constructor(
    private readonly name: string,
    private readonly argument: Evaluate,
  ) {}

  add(document: JsonObject): void {
    const value = this.argument(document);
    if (value === undefined) return;
    this.count += 1;
    if (typeof value === 'number') this.sum += value;
    else this.allNumbers = false;
    if (this.count === 1 || isBelow(value, this.lowest)) this.lowest = value;
    if (this.count === 1 || isBelow(this.highest, value)) this.highest = value;
  }

  /** Takes `count` documents for counted. */
  addCount(count: number): void {
    this.count += count;
  }

  /** SUM and AVG of anything but numbers, and MIN, MAX and AVG of nothing, have no value. */
  result(): Value {
    switch (this.name) {
      case 'COUNT':
        return this.count;
      case 'SUM':
        return this.allNumbers ? this.sum : undefined;
      case 'AVG':
        return this.allNumbers && this.count > 0 ? this.sum / this.count : undefined;
      default:
        return this.name === 'MIN' ? this.lowest : this.highest;
    }
  }
}

/** Values of different types are in the order of their types. */
function isBelow(left: Value, right: Value): boolean {
  const order = compare(left, right);
  return order === undefined ? RANK.indexOf(typeOf(left)) < RANK.indexOf(typeOf(right)) : order < 0;
}

const RANK = ['undefined', 'null', 'boolean', 'number', 'string', 'array', 'object'];
