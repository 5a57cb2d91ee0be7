import { Decimal, decimalText } from '@ballast/money';
import type { OrderExitsDueV1 } from '@ballast/contracts/orders';
import { sellableQuantity, tradeOf } from './book.js';
import type { Book } from './book.js';
import { coveringTexts } from './covering.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import type { OutstandingExits } from './outstanding-exits.js';
import { reference } from './submission.js';

/**
 * The exits that are outstanding and are due again, because an order of the trade has let go of what it had claimed: the
 * events that `committed` goes on with. `order` is that order after them, and `after` the book.
 */
export function dueAfterRelease(
  before: Book,
  after: Book,
  { order, committed }: { readonly order: Order; readonly committed: readonly OrderEvent[] },
): readonly OrderEvent[] {
  const { symbol } = order;
  const [outstanding, tradeId] = [tradeOf(after, symbol)?.outstanding, tradeOf(after, symbol)?.tradeId];
  if (outstanding === undefined || tradeId === undefined) return [];
  const told = committed.flatMap((event) => (event.fact === 'exits-due' ? [event.data] : []));
  const claimed = told.reduce((sum, { quantity }) => sum.plus(quantity), ZERO);
  const free = (book: Book): Decimal => Decimal.max(0, sellableQuantity(book, symbol));
  const released = free(after).minus(free(before)).minus(claimed);
  if (released.lte(0)) return [];
  return Object.entries(outstanding)
    .filter(([orderId]) => !told.some(({ exitOrderId }) => exitOrderId === orderId))
    .map(([exitOrderId, exits]) => dueOf(exits, { ...reference(order), exitOrderId, tradeId, symbol }));
}

function dueOf(
  { covers, quantity, prices, notBefore }: OutstandingExits,
  of: Pick<OrderExitsDueV1, 'orderId' | 'profileId' | 'exitOrderId' | 'tradeId' | 'symbol'>,
): OrderEvent {
  return {
    fact: 'exits-due',
    data: {
      ...of,
      ...coveringTexts(covers),
      quantity: decimalText(quantity),
      ...prices,
      ...(notBefore === undefined ? {} : { notBefore }),
    },
  };
}

const ZERO = new Decimal(0);
