import { Decimal } from '@ballast/money';
import { isWorking, leaves, type Order } from './order.js';
import type { Tick } from './tick.js';
import { boundPrice, isDormant } from './trigger.js';

/** A trade that can happen now. */
export interface Match {
  quantity: Decimal;
  price: Decimal;
}

/**
 * How much of an order trades against a tick, and at what price: a buy at the ask, a sell at the bid, both never worse
 * than the order's bound, at most what the tick still offers; fill-or-kill trades its whole or nothing; an order that is
 * held, or whose stop has not been set off, trades nothing.
 */
export function decideMatch(order: Order, tick: Tick): Match | undefined {
  if (!isWorking(order) || isDormant(order)) return undefined;
  const price = order.side === 'buy' ? tick.ask : tick.bid;
  if (!isWithinBound(order, price)) return undefined;
  const quantity = Decimal.min(leaves(order), tick.volume);
  if (quantity.lte(0)) return undefined;
  if (order.timeInForce === 'fok' && quantity.lt(leaves(order))) return undefined;
  return { quantity, price };
}

/** What `notional` still buys or sells at a price, in steps of `increment`, rounded down so that it is never overspent. */
export function quantityFor(notional: Decimal, price: Decimal, increment: Decimal): Decimal {
  return Decimal.max(0, notional).div(price).div(increment).floor().times(increment);
}

function isWithinBound(order: Order, price: Decimal): boolean {
  const bound = boundPrice(order);
  if (bound === undefined) return true;
  return order.side === 'buy' ? price.lte(bound) : price.gte(bound);
}
