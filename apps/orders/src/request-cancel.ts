import { Injectable } from '@nestjs/common';
import { Clock } from '@ballast/service-host';
import { OrderBooks } from './adapters/order-books.js';
import type { OrderKey } from './adapters/order-books.js';
import { decideCancellation } from './domain/cancellation.js';
import type { Order } from './domain/order.js';

/** What became of a request to cancel. */
export type CancelAnswer =
  | { readonly outcome: 'not-found' }
  | { readonly outcome: 'already-ended' }
  | { readonly outcome: 'requested'; readonly order: Order };

/** Takes a request to cancel an order: ends it if the broker was never told of it, and otherwise asks the broker. */
@Injectable()
export class RequestCancel {
  constructor(
    private readonly books: OrderBooks,
    private readonly clock: Clock,
  ) {}

  /** A repeat within 10 s, while the first is not answered yet, is the same request. Throws `Failure` while the store is away. */
  execute(key: OrderKey, requestedBy: string): Promise<CancelAnswer> {
    return this.books.change<CancelAnswer>(key, ({ order }) => {
      if (order === undefined) return { events: [], result: () => ({ outcome: 'not-found' }) };
      const decision = decideCancellation(order, requestedBy, this.clock.now());
      if (decision.outcome === 'already-ended') return { events: [], result: () => ({ outcome: 'already-ended' }) };
      const events = decision.outcome === 'requested' ? decision.events : [];
      return { events, result: (after) => ({ outcome: 'requested', order: after ?? order }) };
    });
  }
}
