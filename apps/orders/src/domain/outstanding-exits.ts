import { Decimal, decimal } from '@ballast/money';
import type { CoveredFill, OrderExitsDueV1, OrderPlacedV1 } from '@ballast/contracts/orders';
import { coveredBy, coveringOrderId } from './covering.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import type { OpenTrade } from './trade.js';

type ExitPrices = Pick<OrderExitsDueV1, 'takeProfitPrice' | 'stopLossPrice' | 'stopLossLimitPrice'>;

/** Exits that a fill is to have and does not have yet: their event is on its way, or another order has claimed what they cover. */
export interface OutstandingExits {
  readonly covers: CoveredFill;
  readonly quantity: Decimal;
  readonly prices: ExitPrices;
  /** ISO 8601. */
  readonly notBefore?: string;
}

/** By the id of the order that they will be, oldest first. */
export type Outstanding = Readonly<Record<string, OutstandingExits>>;

/**
 * The trade with the exits that are outstanding after an event of one of its orders, `before` until then: those that are due
 * begin to be, those that are placed are not any more, but for what they do not cover; and they never come to more than is
 * held and not covered. `exitingBefore` is what live exits could still close before the event.
 */
export function evolveOutstanding(
  trade: OpenTrade,
  exitingBefore: Decimal,
  { before, event }: { readonly before: Order | undefined; readonly event: OrderEvent },
): OpenTrade {
  const covers = event.fact === 'placed' ? event.data.covers : before?.covers;
  const { outstanding, covered = ZERO, ...rest } = trade;
  if (outstanding === undefined && covers === undefined && event.fact !== 'exits-due') return trade;
  const moved = covers === undefined ? ZERO : trade.exiting.minus(exitingBefore);
  const coveredAfter = Decimal.max(0, covered.plus(moved));
  const left = trimmed(afterEvent(outstanding ?? {}, event), trade.quantity.minus(coveredAfter));
  return {
    ...rest,
    ...(coveredAfter.isZero() ? {} : { covered: coveredAfter }),
    ...(Object.keys(left).length === 0 ? {} : { outstanding: left }),
  };
}

function afterEvent(outstanding: Outstanding, event: OrderEvent): Outstanding {
  if (event.fact === 'exits-due') return { ...outstanding, [event.data.exitOrderId]: outstandingOf(event.data) };
  return event.fact === 'placed' ? afterPlacement(outstanding, event.data) : outstanding;
}

function outstandingOf(due: OrderExitsDueV1): OutstandingExits {
  const { quantity, takeProfitPrice, stopLossPrice, stopLossLimitPrice, notBefore } = due;
  return {
    covers: coveredBy(due),
    quantity: decimal(quantity),
    prices: {
      ...(takeProfitPrice && { takeProfitPrice }),
      ...(stopLossPrice && { stopLossPrice }),
      ...(stopLossLimitPrice && { stopLossLimitPrice }),
    },
    ...(notBefore === undefined ? {} : { notBefore }),
  };
}

/** The rest of what was placed in part has its own tries, under an id made from that of the part. */
function afterPlacement(outstanding: Outstanding, { orderId, quantity }: OrderPlacedV1): Outstanding {
  if (!Object.hasOwn(outstanding, orderId)) return outstanding;
  const { [orderId]: placed, ...others } = outstanding;
  const left = placed?.quantity.minus(quantity);
  if (placed === undefined || left === undefined || left.lte(0)) return others;
  const covers = { ...placed.covers, attempt: 1, restOf: orderId };
  return { ...others, [coveringOrderId(covers)]: { covers, quantity: left, prices: placed.prices } };
}

/** What was sold by hand was not to be covered first; where that is not enough, the latest exits cover less. */
function trimmed(outstanding: Outstanding, room: Decimal): Outstanding {
  let left = room;
  const kept: Record<string, OutstandingExits> = {};
  for (const [orderId, exits] of Object.entries(outstanding)) {
    const quantity = Decimal.min(exits.quantity, left);
    left = left.minus(quantity);
    if (quantity.gt(0)) kept[orderId] = { ...exits, quantity };
  }
  return kept;
}

const ZERO = new Decimal(0);
