import { decimalText } from '@ballast/money';
import { EXIT_ATTEMPTS_MAX } from '@ballast/contracts/orders';
import type { CoveredFill, OrderExitsDueV1 } from '@ballast/contracts/orders';
import { conditionTexts } from './conditions.js';
import { coveringOrderId, coveringTexts } from './covering.js';
import { hasExpired, remainingQuantity } from './order.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { reference } from './submission.js';

/** Milliseconds before the second try of exits that the broker has let go of; before each further one twice as many. */
export const EXIT_PAUSE_MS = 1_000;

/**
 * What was decided about an order, and where the broker ends it with that by an act of its own, what becomes of the fill that
 * it covers: its exits are due again under a new id after a pause, or, after the last try, it is told that nothing covers
 * it. An exit that somebody placed by hand is left to whoever did, and what was cancelled at our request stays so.
 */
export function afterBrokersEnd(order: Order, events: readonly OrderEvent[], nowMs: number): readonly OrderEvent[] {
  const { covers } = order;
  if (covers === undefined || !isBrokersAct(order, events.at(-1), nowMs)) return events;
  const { attempt } = covers;
  return [...events, attempt < EXIT_ATTEMPTS_MAX ? dueAgain(order, covers, nowMs) : abandoned(order, covers)];
}

/** Whether nobody here has asked for the end: it was rejected, or ended with no cancel under way and no date that has come. */
function isBrokersAct(order: Order, last: OrderEvent | undefined, nowMs: number): boolean {
  if (last?.fact !== 'ended') return false;
  return last.data.state === 'rejected' || !(order.pendingCancel || hasExpired(order, nowMs));
}

function dueAgain(order: Order, covers: CoveredFill, nowMs: number): OrderEvent {
  const attempt = covers.attempt + 1;
  const pauseMs = EXIT_PAUSE_MS * 2 ** (covers.attempt - 1);
  return {
    fact: 'exits-due',
    data: {
      ...common(order, covers),
      ...coveringTexts({ ...covers, attempt }),
      exitOrderId: coveringOrderId({ ...covers, attempt }),
      ...exitPricesOf(order),
      notBefore: new Date(nowMs + pauseMs).toISOString(),
    },
  };
}

function abandoned(order: Order, covers: CoveredFill): OrderEvent {
  return { fact: 'exits-abandoned', data: { ...common(order, covers), attempts: covers.attempt } };
}

function common(order: Order, { orderId: entryOrderId }: CoveredFill) {
  const { tradeId, symbol } = order;
  return { ...reference(order), entryOrderId, tradeId, symbol, quantity: decimalText(remainingQuantity(order)) };
}

/** The prices that the entry named for the exits, as the order that they became has them. */
export function exitPricesOf({ type, limitPrice, conditions }: Order): Partial<OrderExitsDueV1> {
  const { stopPrice, stopLossPrice, stopLossLimitPrice } = conditions;
  const takesProfit = type === 'limit';
  const [stop, stopLimit] = takesProfit ? [stopLossPrice, stopLossLimitPrice] : [stopPrice, limitPrice];
  return conditionTexts({
    ...(takesProfit && limitPrice && { takeProfitPrice: limitPrice }),
    ...(stop && { stopLossPrice: stop }),
    ...(stopLimit && { stopLossLimitPrice: stopLimit }),
  });
}
