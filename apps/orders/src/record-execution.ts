import { Inject, Injectable } from '@nestjs/common';
import { DocumentConflict } from '@ballast/cosmos';
import { ServiceLog } from '@ballast/service-host';
import type { Venue, VenueExecution } from '@ballast/venue';
import { OrderBooks } from './adapters/order-books.js';
import type { OrderKey } from './adapters/order-books.js';
import { VENUE } from './adapters/venue-calls.js';
import { exitsDue } from './domain/exits.js';
import { decideExecution } from './domain/execution.js';
import { hasEnded, remainingQuantity } from './domain/order.js';
import type { Order } from './domain/order.js';
import { replacementOver } from './domain/replacing.js';

/** Records one fill of the broker, exactly once per execution id. */
@Injectable()
export class RecordExecution {
  constructor(
    private readonly books: OrderBooks,
    private readonly log: ServiceLog,
    @Inject(VENUE) private readonly venue: Venue,
  ) {}

  /** Throws `Failure` while the store cannot be reached, `Overfill` when the broker executed more than was ordered. */
  async execute(key: OrderKey, execution: VenueExecution): Promise<void> {
    const report = { ...execution, at: execution.at.toISOString() };
    try {
      await this.books.change(key, async ({ book, order }) => {
        if (order === undefined)
          throw new Error(`the broker executed an order of ours that we do not have: ${key.orderId}`);
        if (await this.isRecorded(order, execution)) return { events: [], result: () => undefined };
        const executed = decideExecution(order, book, report, this.venue.capabilities.feeRate);
        const over = executed.fact === 'executed' && executed.data.fillsOrder ? replacementOver(order) : [];
        const events = [...over, executed, ...exitsDue(order, executed)];
        return { events, cause: `venue:${execution.executionId}`, result: () => undefined };
      });
    } catch (error) {
      if (!(error instanceof DocumentConflict)) throw error;
      this.log.debug({ orderId: key.orderId, executionId: execution.executionId }, 'execution was recorded before');
    }
  }

  /** Asked only where a repeat is likely; everywhere else the execution's own row says so when it is committed. */
  private async isRecorded(order: Order, execution: VenueExecution): Promise<boolean> {
    const suspicious = hasEnded(order) || execution.quantity.gt(remainingQuantity(order));
    return suspicious && (await this.books.hasExecution(order, execution.executionId));
  }
}
