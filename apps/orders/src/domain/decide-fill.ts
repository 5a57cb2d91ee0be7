import { Decimal, decimalText } from '@ballast/money';
import type { Book } from './book.js';
import { tradeOf } from './book.js';
import { carried, decideExecution } from './execution.js';
import type { ExecutionReport } from './execution.js';
import { remainingQuantity } from './order.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { reference } from './submission.js';
import { isOfShort, isShort } from './trade.js';

/**
 * What one more fill of the broker's has done: an execution, and what it closed beyond what is held, if that is anything,
 * apart from it. The fee of both is the execution's. Throws as `decideExecution` does.
 */
export function decideFill(order: Order, book: Book, report: ExecutionReport, feeRate: Decimal): readonly OrderEvent[] {
  const closable = closableBy(order, book);
  const isWhole = closable === undefined || report.quantity.lte(closable);
  if (isWhole || report.quantity.gt(remainingQuantity(order))) return [decideExecution(order, book, report, feeRate)];
  const part = { ...report, quantity: closable };
  return [
    ...(closable.isZero() ? [] : [decideExecution(order, book, part, feeRate)]),
    reversed(order, report, closable),
  ];
}

/** What the order can close of what is held or owed; `undefined` for an entry. */
function closableBy(order: Order, book: Book): Decimal | undefined {
  if (order.intent === 'entry') return undefined;
  const trade = tradeOf(book, order.symbol);
  return trade === undefined || isShort(trade) !== isOfShort(order) ? new Decimal(0) : trade.quantity;
}

function reversed(order: Order, report: ExecutionReport, closed: Decimal): OrderEvent {
  const { executionId, price, at } = report;
  const quantity = report.quantity.minus(closed);
  return {
    fact: 'position-reversed',
    data: {
      ...reference(order),
      executionId,
      tradeId: order.tradeId,
      symbol: order.symbol,
      closed: decimalText(closed),
      quantity: decimalText(quantity),
      price: decimalText(carried(price)),
      reversedAfter: decimalText(order.reversedQuantity.plus(quantity)),
      fillsOrder: report.quantity.eq(remainingQuantity(order)),
      executedAt: at,
    },
  };
}
