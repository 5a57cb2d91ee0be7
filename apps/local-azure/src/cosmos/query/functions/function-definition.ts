import type { Value } from '../ast.js';

/** What a function makes of its arguments; undefined where the arguments are not what it takes. */
export type ScalarFunction = (...args: Value[]) => Value;

/** A built-in function. */
export interface FunctionDefinition {
  /** Fewest and most arguments. */
  readonly arity: readonly [fewest: number, most: number];
  /** Makes the function ready for one run of a query; `clock` gives milliseconds since 1970. */
  readonly prepare: (clock: () => number) => ScalarFunction;
}

/** Functions by name, upper case. */
export type FunctionGroup = Readonly<Record<string, FunctionDefinition>>;

/** A function of `fewest` to `most` arguments. */
export const define = (fewest: number, most: number, apply: ScalarFunction): FunctionDefinition => ({
  arity: [fewest, most],
  prepare: () => apply,
});

/** A function of one number; results that are not finite are undefined. */
export const ofNumber = (apply: (value: number) => number): FunctionDefinition =>
  define(1, 1, (value) => (typeof value === 'number' ? finite(apply(value)) : undefined));

/** A function of two numbers; results that are not finite are undefined. */
export const ofNumbers = (apply: (left: number, right: number) => number): FunctionDefinition =>
  define(2, 2, (left, right) =>
    typeof left === 'number' && typeof right === 'number' ? finite(apply(left, right)) : undefined,
  );

/** A function of one text. */
export const ofText = (apply: (text: string) => Value): FunctionDefinition =>
  define(1, 1, (text) => (typeof text === 'string' ? apply(text) : undefined));

/** A number that JSON can hold, or undefined. */
export const finite = (value: number): Value => (Number.isFinite(value) ? value : undefined);
