import type { Conditions } from './conditions.js';
import type { OrderIntent, OrderType, TimeInForce } from '@ballast/contracts/orders';

/** What decides in which form an order is put to the broker. */
export interface Sent {
  readonly type: OrderType;
  readonly intent: OrderIntent;
  readonly conditions: Conditions;
}

/**
 * The type under which the broker gets an order. What opens a position is always bounded by a price, so that its worst
 * cost is known before it is sent: a market entry goes as a limit, a stop as a stop-limit, both at the collar. What has
 * waited here is not set off a second time.
 */
export function sentType({ type, intent, conditions }: Sent): OrderType {
  if (conditions.triggeredHere === true) return intent === 'entry' || type === 'stop-limit' ? 'limit' : 'market';
  if (intent === 'exit') return type;
  if (type === 'market') return 'limit';
  return type === 'stop' ? 'stop-limit' : type;
}

/** The time in force under which the broker gets an order: it keeps a date itself, or we cancel the order then. */
export function heldBy(timeInForce: TimeInForce, venue: { readonly timesInForce: readonly string[] }): TimeInForce {
  return timeInForce === 'gtd' && !venue.timesInForce.includes('gtd') ? 'gtc' : timeInForce;
}

/** Whether its exits, or the order itself where it is one, are two of which one ends the other. */
export function needsPair({ intent, conditions }: { intent: OrderIntent; conditions: Conditions }): boolean {
  const { takeProfitPrice, stopLossPrice } = conditions;
  return stopLossPrice !== undefined && (intent === 'exit' || takeProfitPrice !== undefined);
}
