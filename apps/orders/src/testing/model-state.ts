import type { OrderExecutedV1 } from '@ballast/contracts/orders';
import { bookOf } from '../adapters/book-documents.js';
import type { BookDocument } from '../adapters/book-documents.js';
import { liveOrderOf, orderOf } from '../adapters/order-documents.js';
import type { OrderDocument } from '../adapters/order-documents.js';
import type { Order } from '../domain/order.js';
import type { OrdersWorld } from './orders-world.js';

/** What is in the store, read without the product's own sums. */
export function stateOf({ store }: Pick<OrdersWorld, 'store'>) {
  const documents = store.all();
  const document = documents.find(({ kind }) => kind === 'book') as unknown as BookDocument;
  const live = Object.keys(document.live).map((id) => liveOrderOf(document, id) as Order);
  const ended = documents.filter(({ kind }) => kind === 'order').map((row) => orderOf(row as unknown as OrderDocument));
  const executions = store.events
    .filter(({ type }) => type === 'order.executed.v1')
    .map(({ data }) => data as OrderExecutedV1);
  return { book: bookOf(document), live, ended, orders: [...live, ...ended], executions };
}

/** The book of a world, its orders and all that was executed of them. */
export type State = ReturnType<typeof stateOf>;
