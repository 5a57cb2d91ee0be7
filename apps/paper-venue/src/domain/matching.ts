import { Decimal } from '@ballast/money';
import { leaves, type Order } from './order.js';
import type { Tick } from './tick.js';

/** A trade that can happen now. */
export interface Match {
  quantity: Decimal;
  price: Decimal;
}

/**
 * How much of an order trades against a tick, and at what price: a buy at the ask, a sell at the bid, both never worse
 * than the limit, at most what the tick still offers; fill-or-kill trades its whole or nothing.
 */
export function decideMatch(order: Order, tick: Tick): Match | undefined {
  const price = order.side === 'buy' ? tick.ask : tick.bid;
  if (!isWithinLimit(order, price)) return undefined;
  const quantity = Decimal.min(leaves(order), tick.volume);
  if (quantity.lte(0)) return undefined;
  if (order.timeInForce === 'fok' && quantity.lt(leaves(order))) return undefined;
  return { quantity, price };
}

function isWithinLimit(order: Order, price: Decimal): boolean {
  if (order.limitPrice === undefined) return true;
  return order.side === 'buy' ? price.lte(order.limitPrice) : price.gte(order.limitPrice);
}
