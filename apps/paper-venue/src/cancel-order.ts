import { Decimal } from '@ballast/money';
import { leaves, type Order } from './domain/order.js';
import { notFound, unprocessable } from './domain/refusal.js';
import type { Exchange } from './exchange.js';

/** Ends an open order and answers it; throws a Refusal when there is none of that id or it is over. */
export function cancelOrder(exchange: Exchange, id: string): Order {
  const order = exchange.books.open.get(id);
  if (!order) {
    const closed = exchange.store.order(id);
    throw closed
      ? unprocessable(`order is already in "${closed.status}" state`)
      : notFound(`order not found for ${id}`);
  }
  const turn = exchange.turn(order.symbol);
  const ended = turn.end(order, 'canceled');
  exchange.commit(turn);
  return ended;
}

/** Fills an order that has been cancelled, whole or the given part, as a market does whose fill was on its way. */
export function fillLate(exchange: Exchange, order: Order, quantity: Decimal | undefined): void {
  const turn = exchange.turn(order.symbol);
  turn.fill(order, { late: true, quantity: Decimal.min(quantity ?? leaves(order), leaves(order)) });
  exchange.commit(turn);
}

/** Ends every open order and answers their ids, oldest first. */
export function cancelAllOrders(exchange: Exchange): string[] {
  const ids = [...exchange.books.open.keys()];
  for (const id of ids) {
    if (exchange.books.open.has(id)) cancelOrder(exchange, id);
  }
  return ids;
}
