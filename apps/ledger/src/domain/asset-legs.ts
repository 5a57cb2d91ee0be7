import { DECIMAL_FRACTION_DIGITS_MAX, Decimal, decimal, decimalText } from '@ballast/money';

/** Digits after the point in which quantities are counted: as many as a quantity on the wire can have. */
export const QUANTITY_SCALE = DECIMAL_FRACTION_DIGITS_MAX;

/** Where a traded asset is: in the profile's position, or out in the market. */
export const ASSET_ACCOUNTS = ['position', 'market'] as const;
export type AssetAccount = (typeof ASSET_ACCOUNTS)[number];

/** What a posting moves beside its capital, by asset and account, in units of 10⁻¹⁸. */
export type AssetLegs = Readonly<Record<string, Readonly<Partial<Record<AssetAccount, bigint>>>>>;

/** The same in a document: strings of whole units. */
export type AssetLegsText = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a profile holds of each asset, in units of 10⁻¹⁸; nothing of an asset is left out. */
export type Holdings = Readonly<Record<string, bigint>>;

/** What an execution tells of the quantity that it traded: a decimal before and after it. */
export interface TradedQuantity {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantityBefore: string;
  readonly quantityAfter: string;
}

/** The legs of an execution in what was traded: into the position when bought, out of it when sold. Exact. */
export function tradedLegs({ symbol, side, quantityBefore, quantityAfter }: TradedQuantity): AssetLegs {
  const quantity = decimal(quantityAfter).minus(decimal(quantityBefore));
  const units = BigInt(quantity.times(new Decimal(10).pow(QUANTITY_SCALE)).toFixed(0));
  const position = side === 'buy' ? units : -units;
  return { [baseAssetOf(symbol)]: { position, market: -position } };
}

/** What is bought and sold under a symbol: `BTC` of `BTC/USD`, otherwise the symbol itself. */
export function baseAssetOf(symbol: string): string {
  return symbol.split('/', 1)[0] ?? symbol;
}

/** The assets whose legs do not add up to zero, with what they come to. */
export function unbalancedIn(
  legs: Readonly<Record<string, Readonly<Record<string, bigint>>>>,
): { readonly asset: string; readonly sum: bigint }[] {
  return Object.entries(legs)
    .map(([asset, byAccount]) => ({ asset, sum: Object.values(byAccount).reduce((sum, units) => sum + units, 0n) }))
    .filter(({ sum }) => sum !== 0n);
}

/** The holdings after `legs`. */
export function holdingsAfter(holdings: Holdings, legs: AssetLegs): Holdings {
  const moved = Object.entries(legs).map(
    ([asset, { position = 0n }]) => [asset, (holdings[asset] ?? 0n) + position] as const,
  );
  return Object.fromEntries(
    Object.entries({ ...holdings, ...Object.fromEntries(moved) }).filter(([, units]) => units !== 0n),
  );
}

/** A quantity in units of 10⁻¹⁸ as a decimal. */
export function quantityText(units: bigint): string {
  return decimalText(new Decimal(units.toString()).div(new Decimal(10).pow(QUANTITY_SCALE)));
}

/** Legs as they stand in documents. */
export function assetLegsText(legs: AssetLegs): AssetLegsText {
  return eachLeg(legs, (units) => units.toString());
}

/** Reads what `assetLegsText` wrote; nothing where there is nothing. */
export function readAssetLegs(text: AssetLegsText = {}): AssetLegs {
  return eachLeg(text, (units) => BigInt(units));
}

function eachLeg<From, To>(
  all: Readonly<Record<string, Readonly<Record<string, From>>>>,
  change: (units: From) => To,
): Record<string, Record<string, To>> {
  const inside = (legs: Readonly<Record<string, From>>): Record<string, To> =>
    Object.fromEntries(Object.entries(legs).map(([account, units]) => [account, change(units)]));
  return Object.fromEntries(Object.entries(all).map(([asset, legs]) => [asset, inside(legs)]));
}
