import { Injectable } from '@nestjs/common';
import { Clock, ServiceLog } from '@ballast/service-host';
import { LiveOrderList } from './adapters/live-order-list.js';
import { OrderBooks } from './adapters/order-books.js';
import { CAPITAL_WAIT_MS_MAX, decideCapitalWait } from './domain/capital-wait.js';

/** Ends the orders of all profiles for which the ledger's word did not come in time. Doing it twice changes nothing. */
@Injectable()
export class EndCapitalWait {
  constructor(
    private readonly live: LiveOrderList,
    private readonly books: OrderBooks,
    private readonly clock: Clock,
    private readonly log: ServiceLog,
  ) {}

  /** Throws `Failure` while the store is away. */
  async execute(): Promise<void> {
    const askedBefore = new Date(this.clock.now() - CAPITAL_WAIT_MS_MAX).toISOString();
    for await (const key of this.live.awaitingCapital(askedBefore)) {
      const events = await this.books.change(key, ({ order }) => {
        const decided = order === undefined ? [] : decideCapitalWait(order, this.clock.now());
        return { events: decided, result: () => decided };
      });
      if (events.length > 0) this.log.warn({ orderId: key.orderId }, 'the ledger has not answered for an order');
    }
  }
}
