import { Decimal as DecimalJs } from 'decimal.js';

/**
 * The decimal of this product: 40 significant digits, half-even, never printed in exponent form. Prices and quantities
 * are of this type in memory and strings everywhere else.
 */
export const Decimal = DecimalJs.clone({
  precision: 40,
  rounding: DecimalJs.ROUND_HALF_EVEN,
  toExpNeg: -40,
  toExpPos: 40,
});
export type Decimal = DecimalJs;

/** Digits before the point that a decimal on the wire may have. */
export const DECIMAL_INTEGER_DIGITS_MAX = 18;
/** Digits after the point that a decimal on the wire may have. */
export const DECIMAL_FRACTION_DIGITS_MAX = 18;

/** `0`, `12`, `0.5`, `-3.25`; no sign `+`, no exponent, no leading zeros, no bare point. */
export const DECIMAL_PATTERN = /^-?(0|[1-9]\d{0,17})(\.\d{1,18})?$/;
/** As `DECIMAL_PATTERN`, and above zero. */
export const POSITIVE_DECIMAL_PATTERN = /^(?!0(\.0+)?$)(0|[1-9]\d{0,17})(\.\d{1,18})?$/;

/** Reads a decimal string as it may stand on the wire, or answers `undefined` when it is anything else. */
export function parseDecimal(text: unknown): Decimal | undefined {
  return typeof text === 'string' && DECIMAL_PATTERN.test(text) ? new Decimal(text) : undefined;
}

/** Reads a decimal string that was validated before; throws `RangeError` when it is not one. */
export function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === undefined) throw new RangeError(`not a decimal: ${JSON.stringify(text).slice(0, 60)}`);
  return value;
}

/** Writes a decimal as it stands on the wire: plain notation, no trailing zeros, `0` for minus zero. */
export function decimalText(value: Decimal): string {
  return value.isZero() ? '0' : value.toFixed();
}

/** How many digits stand after the point. */
export function fractionDigits(value: Decimal): number {
  return value.decimalPlaces();
}
