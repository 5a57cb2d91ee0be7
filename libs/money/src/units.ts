import { Decimal } from './decimal.js';

/** Digits after the point of one whole of each asset that a ledger can hold. */
export const ASSET_SCALE: Readonly<Record<string, number>> = { USD: 2 };

/** The asset in which capital is kept. */
export const CAPITAL_ASSET = 'USD';

/** How an amount that does not fall on a whole unit is rounded: holds go up, everything that is posted half-even. */
export type Rounding = 'up' | 'half-even';

/** Digits after the point of `asset`; throws `RangeError` for an asset that no ledger can hold. */
export function scaleOf(asset: string): number {
  const scale = ASSET_SCALE[asset];
  if (scale === undefined) throw new RangeError(`no scale is known for asset ${asset}`);
  return scale;
}

/** The amount in whole units of the asset's smallest unit (cents for USD), rounded once as told. */
export function toUnits(amount: Decimal, asset: string, rounding: Rounding): bigint {
  const mode = rounding === 'up' ? Decimal.ROUND_UP : Decimal.ROUND_HALF_EVEN;
  return BigInt(
    amount
      .times(new Decimal(10).pow(scaleOf(asset)))
      .toDecimalPlaces(0, mode)
      .toFixed(),
  );
}

/** The amount as a decimal with exactly the asset's digits, as callers see it (`-1250n` USD is `-12.50`). */
export function unitsText(units: bigint, asset: string): string {
  return new Decimal(units.toString()).div(new Decimal(10).pow(scaleOf(asset))).toFixed(scaleOf(asset));
}

/** Reads an amount that must fall on a whole unit; `undefined` when it does not. */
export function exactUnits(amount: Decimal, asset: string): bigint | undefined {
  return amount.decimalPlaces() <= scaleOf(asset) ? toUnits(amount, asset, 'half-even') : undefined;
}

/**
 * The part that lies between two cumulative amounts: round(after) − round(before), half-even, so that the parts of any
 * split add up to the rounded whole.
 */
export function unitsBetween(before: Decimal, after: Decimal, asset: string): bigint {
  return toUnits(after, asset, 'half-even') - toUnits(before, asset, 'half-even');
}

/** `whole × part ÷ of` in whole units, half-even; the share of a hold or of a cost that belongs to a part of a quantity. */
export function shareOfUnits(whole: bigint, part: Decimal, of: Decimal): bigint {
  return BigInt(
    new Decimal(whole.toString()).times(part).div(of).toDecimalPlaces(0, Decimal.ROUND_HALF_EVEN).toFixed(),
  );
}
