import { decimalText, fractionDigits } from '@ballast/money';
import type { Decimal } from '@ballast/money';
import type { Refusal } from '@ballast/contracts';
import type { PlacementTerms, Rung, SymbolFacts } from './placement.js';
import { isOfShort } from './trade.js';
import { marketPrice, waitsAbove } from './waiting.js';
import { collarPrice, isShortSale, referencePrice } from './worst-cost.js';

/** What is wrong with the size or a price, for this symbol and this market. */
export const PRICE_RUNGS: readonly Rung[] = [
  (_terms, { limits, nowMs }, symbol) => {
    const ageMs = nowMs - symbol.quotedAtMs;
    return ageMs <= limits.quoteAgeMsMax
      ? undefined
      : { code: 'market-data-stale', limit: `${limits.quoteAgeMsMax} ms`, value: `${ageMs} ms` };
  },

  (terms, _facts, symbol) => {
    const { quantity } = terms;
    const { quantityMin } = symbol;
    const value = decimalText(quantity);
    // Brokers lend whole ones only.
    const quantityScale = isShortSale(terms) ? 0 : symbol.quantityScale;
    if (fractionDigits(quantity) > quantityScale)
      return { code: 'quantity-off-increment', limit: `${quantityScale} decimals`, value };
    return quantity.lt(quantityMin) || quantity.isZero()
      ? { code: 'quantity-off-increment', limit: `at least ${decimalText(quantityMin)}`, value }
      : undefined;
  },

  ({ limitPrice, conditions }, _facts, { priceIncrement }) => {
    const { stopPrice, trailPrice, takeProfitPrice, stopLossPrice, stopLossLimitPrice } = conditions;
    const isOff = (price: Decimal | undefined): boolean => price !== undefined && !price.mod(priceIncrement).isZero();
    const off = [limitPrice, stopPrice, trailPrice, takeProfitPrice, stopLossPrice, stopLossLimitPrice].find(isOff);
    return off === undefined
      ? undefined
      : { code: 'price-off-increment', limit: decimalText(priceIncrement), value: decimalText(off) };
  },

  (terms, _facts, symbol) => {
    const { stopPrice } = terms.conditions;
    if (stopPrice === undefined) return undefined;
    const { isReached, limit } = trigger(terms, symbol, stopPrice);
    return isReached ? { code: 'trigger-already-reached', limit, value: decimalText(stopPrice) } : undefined;
  },

  (terms, facts) => {
    const { takeProfitPrice, stopLossPrice } = terms.conditions;
    const price = terms.limitPrice ?? referencePrice(terms, facts);
    const [earning, losing] = isOfShort(terms) ? (['below', 'above'] as const) : (['above', 'below'] as const);
    if (takeProfitPrice !== undefined && !lies(takeProfitPrice, earning, price))
      return outOfOrder(`take profit ${earning} ${decimalText(price)}`, takeProfitPrice);
    return stopLossPrice === undefined || lies(stopLossPrice, losing, price)
      ? undefined
      : outOfOrder(`stop loss ${losing} ${decimalText(price)}`, stopLossPrice);
  },

  ({ conditions, limitPrice, side }, _facts, { ask, bid }) => {
    if (conditions.postOnly !== true || limitPrice === undefined) return undefined;
    const takes = side === 'buy' ? limitPrice.gte(ask) : limitPrice.lte(bid);
    const limit = side === 'buy' ? `below ${decimalText(ask)}` : `above ${decimalText(bid)}`;
    return takes ? { code: 'post-only-would-take', limit, value: decimalText(limitPrice) } : undefined;
  },

  (terms, facts, symbol) => {
    const { limitPrice, side } = terms;
    const collar = collarPrice(terms, facts);
    // Where nothing is offered, or asked for, no price can bound what enters, a market order least of all.
    const isUnbounded = collar.isZero() && (side === 'buy' || isShortSale(terms));
    const through = isUnbounded || (side === 'buy' ? limitPrice?.gt(collar) : limitPrice?.lt(collar));
    return through === true
      ? { code: 'price-outside-collar', limit: decimalText(collar), value: decimalText(limitPrice ?? symbol.ask) }
      : undefined;
  },
];

/**
 * A stop waits for the market to get worse, a touch for it to get better: for a buy a stop lies above the best offer and
 * a touch below it, for a sale the other way round at the best bid.
 */
function trigger(terms: PlacementTerms, symbol: SymbolFacts, price: Decimal): { isReached: boolean; limit: string } {
  const market = marketPrice(terms, symbol);
  return waitsAbove(terms)
    ? { isReached: price.lte(market), limit: `above ${decimalText(market)}` }
    : { isReached: price.gte(market), limit: `below ${decimalText(market)}` };
}

function lies(price: Decimal, where: 'above' | 'below', than: Decimal): boolean {
  return where === 'above' ? price.gt(than) : price.lt(than);
}

function outOfOrder(limit: string, price: Decimal): Refusal {
  return { code: 'exits-out-of-order', limit, value: decimalText(price) };
}
