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

/** The price that bounds the order at the broker; a sale without a limit has none, because no capital depends on it. */
export function boundPrice(terms: PlacementTerms, facts: PlacementFacts): Decimal | undefined {
  if (terms.limitPrice !== undefined) return terms.limitPrice;
  return terms.side === 'buy' ? collarPrice(terms, facts) : undefined;
}

/** Quantity times worst price; a sale without a limit is taken at the price that sets it off, else at the bid. */
export function worstNotional(terms: PlacementTerms, facts: PlacementFacts): Decimal {
  return terms.quantity.times(boundPrice(terms, facts) ?? referencePrice(terms, facts));
}

/**
 * Worst cost and fee estimate, each rounded up to whole units because each is rounded when it is posted: what the ledger
 * must hold before the broker hears of the order.
 */
export function worstCostUnits(terms: PlacementTerms, facts: PlacementFacts): bigint {
  const notional = worstNotional(terms, facts);
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
