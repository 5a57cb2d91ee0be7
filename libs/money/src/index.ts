export {
  DECIMAL_FRACTION_DIGITS_MAX,
  DECIMAL_INTEGER_DIGITS_MAX,
  DECIMAL_PATTERN,
  Decimal,
  POSITIVE_DECIMAL_PATTERN,
  decimal,
  decimalText,
  fractionDigits,
  parseDecimal,
} from './decimal.js';
export {
  ASSET_SCALE,
  CAPITAL_ASSET,
  exactUnits,
  scaleOf,
  shareOfUnits,
  toUnits,
  unitsBetween,
  unitsText,
} from './units.js';
export type { Rounding } from './units.js';
