import { notFound, unprocessable } from './domain/refusal.js';
import type { Exchange } from './exchange.js';

/** Ends an open order; throws a Refusal when there is none of that id or it is over. */
export function cancelOrder(exchange: Exchange, id: string): void {
  const order = exchange.books.open.get(id);
  if (!order) {
    const closed = exchange.store.order(id);
    throw closed
      ? unprocessable(`order is already in "${closed.status}" state`)
      : notFound(`order not found for ${id}`);
  }
  const turn = exchange.turn(order.symbol);
  turn.end(order, 'canceled');
  exchange.commit(turn);
}

/** Ends every open order and answers their ids, oldest first. */
export function cancelAllOrders(exchange: Exchange): string[] {
  const ids = [...exchange.books.open.keys()];
  ids.forEach((id) => cancelOrder(exchange, id));
  return ids;
}
