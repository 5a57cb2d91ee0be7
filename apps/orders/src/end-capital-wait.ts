import { Inject, Injectable } from '@nestjs/common';
import { Clock, ServiceLog } from '@ballast/service-host';
import { LiveOrderList } from './adapters/live-order-list.js';
import { OrderBooks } from './adapters/order-books.js';
import { decideCapitalWait } from './domain/capital-wait.js';
import type { RiskLimits } from './domain/risk-limits.js';
import { RISK_LIMITS } from './orders.config.js';

/** Ends the orders of all profiles for which the ledger's word did not come in time. Doing it twice changes nothing. */
@Injectable()
export class EndCapitalWait {
  constructor(
    private readonly live: LiveOrderList,
    private readonly books: OrderBooks,
    private readonly clock: Clock,
    private readonly log: ServiceLog,
    @Inject(RISK_LIMITS) private readonly limits: RiskLimits,
  ) {}

  /** Throws `Failure` while the store is away. */
  async execute(): Promise<void> {
    const askedBefore = new Date(this.clock.now() - this.limits.capitalWaitMsMax).toISOString();
    for await (const key of this.live.awaitingCapital(askedBefore)) {
      const events = await this.books.change(key, ({ order }) => {
        const decided = order === undefined ? [] : decideCapitalWait(order, this.clock.now(), this.limits);
        return { events: decided, isOfStored: true, result: () => decided };
      });
      if (events.length > 0) this.log.warn({ orderId: key.orderId }, 'the ledger has not answered for an order');
    }
  }
}
