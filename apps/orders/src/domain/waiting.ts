import { Decimal, decimalText } from '@ballast/money';
import type { OrderType } from '@ballast/contracts/orders';
import type { Conditions } from './conditions.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { replaceRejected } from './replacing.js';
import { reference } from './submission.js';

/** The types that the market sets off. */
export const TRIGGERED_TYPES: readonly OrderType[] = ['stop', 'stop-limit', 'trailing-stop', 'market-if-touched'];

/** What decides when the market sets an order off. */
export type Triggered = Pick<Order, 'side' | 'type' | 'conditions'>;

/** The best prices of a symbol. */
export interface BestPrices {
  readonly bid: Decimal;
  readonly ask: Decimal;
  readonly priceIncrement: Decimal;
}

/** Whether the order is here and not at the broker, until the market sets it off. */
export function waitsHere({ conditions, triggeredAt }: Pick<Order, 'conditions' | 'triggeredAt'>): boolean {
  return conditions.triggeredHere === true && triggeredAt === undefined;
}

/** The price on the order's side of the market: what a purchase would pay, or a sale would bring. */
export function marketPrice({ side }: Pick<Triggered, 'side'>, { bid, ask }: BestPrices): Decimal {
  return side === 'buy' ? ask : bid;
}

/**
 * Where a trailing stop stands behind the market, on the increment away from it, and never below that; `undefined` for
 * what does not trail.
 */
export function trailingStop(order: Triggered, prices: BestPrices): Decimal | undefined {
  const { trailPrice, trailPercent }: Conditions = order.conditions;
  const market = marketPrice(order, prices);
  const trail = trailPrice ?? (trailPercent && market.times(trailPercent).div(100));
  if (trail === undefined) return undefined;
  const { priceIncrement } = prices;
  if (order.side === 'buy') return market.plus(trail).toNearest(priceIncrement, Decimal.ROUND_UP);
  return Decimal.max(market.minus(trail).toNearest(priceIncrement, Decimal.ROUND_DOWN), priceIncrement);
}

/** The stop after a look at the market: one that trails follows a market that gets better and never goes back. */
export function stopAfter(order: Triggered, stop: Decimal, prices: BestPrices): Decimal {
  const trailing = trailingStop(order, prices);
  return trailing === undefined ? stop : betterStop(order, stop, trailing);
}

/** Of two places of a stop that trails, the one that has followed the market further. */
export function betterStop({ side }: Pick<Triggered, 'side'>, one: Decimal, other: Decimal): Decimal {
  return side === 'buy' ? Decimal.min(one, other) : Decimal.max(one, other);
}

/** How far a stop stays behind the market, as text that no other trail has; `undefined` for what does not trail. */
export function trailOf({ conditions }: Pick<Triggered, 'conditions'>): string | undefined {
  const { trailPrice, trailPercent } = conditions;
  if (trailPrice !== undefined) return decimalText(trailPrice);
  return trailPercent === undefined ? undefined : `${decimalText(trailPercent)} %`;
}

/** Whether the market sets both off at the same place, so that what is known of one holds for the other. */
export function isSetOffAlike(one: Pick<Triggered, 'conditions'>, other: Pick<Triggered, 'conditions'>): boolean {
  const [first, second] = [one.conditions.stopPrice, other.conditions.stopPrice];
  return trailOf(one) === trailOf(other) && first !== undefined && second !== undefined && first.eq(second);
}

/** Whether a stop waits for the market to rise to it; a touch waits for the other side. */
export function waitsAbove({ side, type }: Pick<Triggered, 'side' | 'type'>): boolean {
  return (side === 'buy') !== (type === 'market-if-touched');
}

/** Whether the market is where it sets the order off. */
export function isSetOff(order: Triggered, stop: Decimal, prices: BestPrices): boolean {
  const market = marketPrice(order, prices);
  if (market.isZero()) return false;
  return waitsAbove(order) ? market.gte(stop) : market.lte(stop);
}

/** That the market has set an order off, once its capital is held and while it waits, with the terms that it has; nothing otherwise. */
export function decideTrigger(order: Order, stop: Decimal, prices: BestPrices): readonly OrderEvent[] {
  if (order.state !== 'accepted' || !waitsHere(order)) return [];
  const [stopPrice, market] = [stop, marketPrice(order, prices)].map(decimalText) as [string, string];
  const triggered: OrderEvent = { fact: 'triggered', data: { ...reference(order), stopPrice, marketPrice: market } };
  if (order.replacement === undefined) return [triggered];
  const venueReason = 'the market set the order off before it had the other terms';
  return [replaceRejected(order, { venueReason }), triggered];
}
