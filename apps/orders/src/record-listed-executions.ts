import { Inject, Injectable } from '@nestjs/common';
import { Failure } from '@ballast/contracts';
import type { Decimal } from '@ballast/money';
import type { Venue, VenueOrder } from '@ballast/venue';
import { OrderBooks } from './adapters/order-books.js';
import { VENUE, orFailure } from './adapters/venue-calls.js';
import { executedQuantity } from './domain/order.js';
import type { Order } from './domain/order.js';
import { RecordExecution } from './record-execution.js';

/** Milliseconds before an order's placement from which the broker's executions are read, for clocks that differ. */
const CLOCK_DIFFERENCE_MS_MAX = 60_000;

/** The broker counts executions of an order that it does not list yet; that order has to wait for them. */
export class ExecutionsNotListed extends Failure {}

/** Records what the broker counts of an order and we have not seen, from its list of executions. */
@Injectable()
export class RecordListedExecutions {
  constructor(
    private readonly books: OrderBooks,
    private readonly record: RecordExecution,
    @Inject(VENUE) private readonly venue: Venue,
  ) {}

  /**
   * `counted` is all that is executed of the order, under whatever name at the broker; `atVenue` is one of them. Throws
   * `ExecutionsNotListed` while the broker lists fewer executions than it counts, `Failure` while it is away.
   */
  async execute(order: Order, atVenue: VenueOrder, counted: Decimal): Promise<void> {
    if (counted.lte(executedQuantity(order))) return;
    const key = { profileId: order.profileId, orderId: order.id };
    const since = new Date(Date.parse(order.createdAt) - CLOCK_DIFFERENCE_MS_MAX);
    const executions = await orFailure(this.venue.executionsSince(since));
    const ids = new Set([atVenue, ...(atVenue.legs ?? [])].map(({ venueOrderId }) => venueOrderId));
    for (const execution of executions) if (ids.has(execution.venueOrderId)) await this.record.execute(key, execution);
    const after = await this.books.current(key);
    if (after !== undefined && executedQuantity(after).lt(counted)) {
      throw new ExecutionsNotListed(
        'executions-not-listed-yet',
        `the broker counts more executions of ${order.id} than it lists`,
      );
    }
  }
}
