import { Decimal } from '@ballast/money';
import type { Order, OrderTerms } from './order.js';
import type { Tick } from './tick.js';

/** Below this stop price, in dollars, a buy stop may cost 4 % more than its stop, from it on 2.5 %: Alpaca's rule. */
const BUY_STOP_PRICE_HIGH = new Decimal(50);
const BUY_STOP_FACTOR_LOW = new Decimal('1.04');
const BUY_STOP_FACTOR_HIGH = new Decimal('1.025');
const PERCENT = 100;

/** The worst price an order may trade at: its limit, or for a buy stop what Alpaca turns it into; undefined when it has none. */
export function boundPrice(order: OrderTerms): Decimal | undefined {
  if (order.limitPrice !== undefined) return order.limitPrice;
  if (order.type !== 'stop' || order.side !== 'buy' || order.stopPrice === undefined) return undefined;
  const factor = order.stopPrice.lt(BUY_STOP_PRICE_HIGH) ? BUY_STOP_FACTOR_LOW : BUY_STOP_FACTOR_HIGH;
  return order.stopPrice.times(factor).toDecimalPlaces(2, Decimal.ROUND_UP);
}

/** Whether the order has a stop that the market has not reached yet. */
export function isDormant(order: Order): boolean {
  return STOP_TYPES.has(order.type) && order.triggeredAt === undefined;
}

const STOP_TYPES: ReadonlySet<string> = new Set(['stop', 'stop_limit', 'trailing_stop']);

/**
 * The order after it has seen a tick: a trailing stop follows the market and never goes back, a stop is set off when a sell
 * can be sold at it or lower and a buy bought at it or higher. Answers the same order when the tick changes nothing.
 */
export function watched(order: Order, tick: Tick, by: { priceIncrement: Decimal; now(): string }): Order {
  if (!isDormant(order)) return order;
  const moved = order.type === 'trailing_stop' ? trailed(order, tick, by.priceIncrement) : order;
  if (moved.stopPrice === undefined) return moved;
  const isReached = moved.side === 'sell' ? tick.bid.lte(moved.stopPrice) : tick.ask.gte(moved.stopPrice);
  return isReached ? { ...moved, triggeredAt: by.now() } : moved;
}

function trailed(order: Order, tick: Tick, priceIncrement: Decimal): Order {
  const price = order.side === 'sell' ? tick.bid : tick.ask;
  const before = order.highWaterMark;
  const isBetter = before === undefined || (order.side === 'sell' ? price.gt(before) : price.lt(before));
  if (!isBetter) return order;
  return { ...order, highWaterMark: price, stopPrice: stopBehind(order, price, priceIncrement) };
}

/** The stop that belongs to a mark, rounded to the price increment away from the market. */
function stopBehind(order: Order, mark: Decimal, priceIncrement: Decimal): Decimal {
  const distance = order.trailPrice ?? mark.times(order.trailPercent ?? 0).div(PERCENT);
  if (order.side === 'sell') return mark.minus(distance).div(priceIncrement).floor().times(priceIncrement);
  return mark.plus(distance).div(priceIncrement).ceil().times(priceIncrement);
}
