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

/** The price through the market that is still accepted, on the increment and never further out than the ratio. */
export function collarPrice({ side }: PlacementTerms, { limits, symbol = NOT_OFFERED }: PlacementFacts): Decimal {
  const { ask, bid, priceIncrement } = symbol;
  return side === 'buy'
    ? ask.times(limits.priceCollarRatio.plus(1)).toNearest(priceIncrement, Decimal.ROUND_DOWN)
    : bid.times(new Decimal(1).minus(limits.priceCollarRatio)).toNearest(priceIncrement, Decimal.ROUND_UP);
}

/** The price that bounds the order at the broker; a market sale has none, because no capital depends on it. */
export function boundPrice(terms: PlacementTerms, facts: PlacementFacts): Decimal | undefined {
  if (terms.limitPrice !== undefined) return terms.limitPrice;
  return terms.side === 'buy' ? collarPrice(terms, facts) : undefined;
}

/** Quantity times worst price; a market sale is taken at the bid. */
export function worstNotional(terms: PlacementTerms, facts: PlacementFacts): Decimal {
  return terms.quantity.times(boundPrice(terms, facts) ?? facts.symbol?.bid ?? 0);
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
