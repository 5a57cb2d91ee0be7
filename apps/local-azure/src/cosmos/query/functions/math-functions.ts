import { define, finite, ofNumber, ofNumbers, type FunctionGroup } from './function-definition.js';

const HALF_TURN_DEGREES = 180;

/** Functions of floating-point numbers; angles are in radians. */
export const MATH_FUNCTIONS: FunctionGroup = {
  ABS: ofNumber(Math.abs),
  ACOS: ofNumber(Math.acos),
  ASIN: ofNumber(Math.asin),
  ATAN: ofNumber(Math.atan),
  ATN2: ofNumbers(Math.atan2),
  CEILING: ofNumber(Math.ceil),
  COS: ofNumber(Math.cos),
  COT: ofNumber((value) => 1 / Math.tan(value)),
  DEGREES: ofNumber((value) => (value * HALF_TURN_DEGREES) / Math.PI),
  EXP: ofNumber(Math.exp),
  FLOOR: ofNumber(Math.floor),
  LOG: define(1, 2, (value, base) => {
    if (typeof value !== 'number' || (base !== undefined && typeof base !== 'number')) return undefined;
    return finite(base === undefined ? Math.log(value) : Math.log(value) / Math.log(base));
  }),
  LOG10: ofNumber(Math.log10),
  NUMBERBIN: define(1, 2, (value, size = 1) => {
    if (typeof value !== 'number' || typeof size !== 'number' || size === 0) return undefined;
    return finite(Math.floor(value / size) * size);
  }),
  PI: define(0, 0, () => Math.PI),
  POWER: ofNumbers((base, exponent) => base ** exponent),
  RADIANS: ofNumber((value) => (value * Math.PI) / HALF_TURN_DEGREES),
  RAND: define(0, 0, () => Math.random()),
  ROUND: ofNumber((value) => Math.sign(value) * Math.round(Math.abs(value))),
  SIGN: ofNumber(Math.sign),
  SIN: ofNumber(Math.sin),
  SQRT: ofNumber(Math.sqrt),
  SQUARE: ofNumber((value) => value * value),
  TAN: ofNumber(Math.tan),
  TRUNC: ofNumber(Math.trunc),
};
