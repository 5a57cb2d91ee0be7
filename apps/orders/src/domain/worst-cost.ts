import { CAPITAL_ASSET, Decimal, toUnits } from '@ballast/money';
import type { PlacementFacts, PlacementTerms, SymbolFacts } from './placement.js';

/** What holds for a symbol that the broker does not offer. */
export const NOT_OFFERED: SymbolFacts = {
  tradable: false,
  quantityScale: 0,
  quantityMin: new Decimal(0),
  priceIncrement: new Decimal(1),
  bid: new Decimal(0),
  ask: new Decimal(0),
  isShortable: false,
  quotedAtMs: 0,
};

/** The price at which the order trades if nothing moves: the one that sets it off, else the market's. */
export function referencePrice(
  { side, conditions }: PlacementTerms,
  { symbol = NOT_OFFERED }: PlacementFacts,
): Decimal {
  return conditions.stopPrice ?? (side === 'buy' ? symbol.ask : symbol.bid);
}

/** The price through the market that is still accepted, on the increment and never further out than the ratio. */
export function collarPrice(terms: PlacementTerms, facts: PlacementFacts): Decimal {
  const { limits, symbol = NOT_OFFERED } = facts;
  const reference = referencePrice(terms, facts);
  return terms.side === 'buy'
    ? reference.times(limits.priceCollarRatio.plus(1)).toNearest(symbol.priceIncrement, Decimal.ROUND_DOWN)
    : reference.times(new Decimal(1).minus(limits.priceCollarRatio)).toNearest(symbol.priceIncrement, Decimal.ROUND_UP);
}

/** The price that bounds the order at the broker; an exit without a limit has none, because no capital depends on it. */
export function boundPrice(terms: PlacementTerms, facts: PlacementFacts): Decimal | undefined {
  if (terms.limitPrice !== undefined) return terms.limitPrice;
  return terms.intent === 'entry' ? collarPrice(terms, facts) : undefined;
}

/**
 * Quantity times worst price; an exit without a limit is taken at the price that sets it off, else at the market's, and a
 * short sale at the most that it may bring, since all of that is owed.
 */
export function worstNotional(terms: PlacementTerms, facts: PlacementFacts): Decimal {
  const price = isShortSale(terms) ? shortPrice(terms, facts) : boundPrice(terms, facts);
  return terms.quantity.times(price ?? referencePrice(terms, facts));
}

/** Whether the order sells what is not held. */
export function isShortSale({ side, intent }: Pick<PlacementTerms, 'side' | 'intent'>): boolean {
  return side === 'sell' && intent === 'entry';
}

/** What is held for each one of a short sale, on the increment; nothing for any other order. */
export function collateralPrice(terms: PlacementTerms, facts: PlacementFacts): Decimal | undefined {
  if (!isShortSale(terms)) return undefined;
  const { limits, symbol = NOT_OFFERED } = facts;
  return shortPrice(terms, facts).times(limits.shortCollateralRatio).toNearest(symbol.priceIncrement, Decimal.ROUND_UP);
}

/** The most that a short sale is taken to bring: the collar above the best offer, or its limit where that is higher. */
function shortPrice({ limitPrice }: PlacementTerms, { limits, symbol = NOT_OFFERED }: PlacementFacts): Decimal {
  const collar = Decimal.max(symbol.bid, symbol.ask).times(limits.priceCollarRatio.plus(1));
  return Decimal.max(limitPrice ?? 0, collar.toNearest(symbol.priceIncrement, Decimal.ROUND_UP));
}

/**
 * Worst cost, of a short sale its collateral, and fee estimate, each rounded up to whole units because each is rounded when
 * it is posted: what the ledger must hold before the broker hears of the order.
 */
export function worstCostUnits(terms: PlacementTerms, facts: PlacementFacts): bigint {
  const collateral = collateralPrice(terms, facts);
  const notional = collateral === undefined ? worstNotional(terms, facts) : terms.quantity.times(collateral);
  const fee = notional.times(facts.venue.feeRate);
  return toUnits(notional, CAPITAL_ASSET, 'up') + toUnits(fee, CAPITAL_ASSET, 'up');
}

/**
 * The terms with a quantity, where money was named in its place: what the money buys at the limit, else at the market,
 * rounded down to what the symbol allows. Zero where there is no price.
 */
export function sized(terms: PlacementTerms, facts: PlacementFacts): PlacementTerms {
  const { notional } = terms.conditions;
  if (notional === undefined) return terms;
  const price = terms.limitPrice ?? referencePrice(terms, facts);
  const { quantityScale } = facts.symbol ?? NOT_OFFERED;
  const quantity = price.isZero()
    ? new Decimal(0)
    : notional.div(price).toDecimalPlaces(quantityScale, Decimal.ROUND_DOWN);
  return { ...terms, quantity };
}
