import { Inject, Injectable } from '@nestjs/common';
import { DocumentConflict } from '@ballast/cosmos';
import type { Alone } from '@ballast/cosmos';
import { ServiceLog } from '@ballast/service-host';
import type { Venue, VenueExecution } from '@ballast/venue';
import { OrderBooks } from './adapters/order-books.js';
import type { OrderKey } from './adapters/order-books.js';
import { VENUE } from './adapters/venue-calls.js';
import { exitsDue } from './domain/exits.js';
import { decideFill } from './domain/decide-fill.js';
import { hasEnded, remainingQuantity } from './domain/order.js';
import type { Order } from './domain/order.js';
import type { OrderEvent } from './domain/order-event.js';
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
      await this.books.change(key, async ({ book, order, alone }) => {
        if (order === undefined)
          throw new Error(`the broker executed an order of ours that we do not have: ${key.orderId}`);
        if (await this.isRecorded(order, execution, alone)) return { events: [], result: () => undefined };
        const fill = decideFill(order, book, report, this.venue.capabilities.feeRate);
        const over = fill.some(isLast) ? replacementOver(order) : [];
        const events = [...over, ...fill, ...fill.flatMap((event) => exitsDue(order, event))];
        return { events, cause: `venue:${execution.executionId}`, result: () => this.warn(fill) };
      });
    } catch (error) {
      if (!(error instanceof DocumentConflict)) throw error;
      this.log.debug({ orderId: key.orderId, executionId: execution.executionId }, 'execution was recorded before');
    }
  }

  /** Nobody's capital stands behind it, and it is somebody's to close. */
  private warn(fill: readonly OrderEvent[]): void {
    for (const event of fill)
      if (event.fact === 'position-reversed') this.log.error(event.data, 'the broker has closed more than was held');
  }

  /** Asked only where a repeat is likely; everywhere else the execution's own row says so when it is committed. */
  private async isRecorded(order: Order, execution: VenueExecution, alone: Alone): Promise<boolean> {
    const isSuspicious = hasEnded(order) || execution.quantity.gt(remainingQuantity(order));
    if (!isSuspicious) return false;
    alone();
    return this.books.hasExecution(order, execution.executionId);
  }
}

/** Whether nothing is left of the order after it. */
function isLast(event: OrderEvent): boolean {
  return (event.fact === 'executed' || event.fact === 'position-reversed') && event.data.fillsOrder;
}
