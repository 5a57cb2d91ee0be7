import { Inject, Injectable } from '@nestjs/common';
import { Failure, brokerKeyOf } from '@ballast/contracts';
import { Clock } from '@ballast/service-host';
import type { OrderEndState } from '@ballast/contracts/orders';
import type { Venue, VenueOrder } from '@ballast/venue';
import { OrderBooks } from './adapters/order-books.js';
import type { OrderKey } from './adapters/order-books.js';
import { VENUE, orFailure } from './adapters/venue-calls.js';
import { afterRejection } from './domain/exit-retry.js';
import { hasEnded, hasExpired } from './domain/order.js';
import type { Order } from './domain/order.js';
import { asOne } from './adapters/exit-pair.js';
import { needsPair } from './domain/sending.js';
import { ended, reference } from './domain/submission.js';
import { RecordExecution } from './record-execution.js';

/** Milliseconds before an order's placement from which the broker's executions are read, for clocks that differ. */
const CLOCK_DIFFERENCE_MS_MAX = 60_000;

/** The broker counts executions of an order that it does not list yet; that order has to wait for them. */
export class ExecutionsNotListed extends Failure {}

const END_OF: Partial<Record<VenueOrder['status'], OrderEndState>> = {
  cancelled: 'cancelled',
  expired: 'expired',
  rejected: 'rejected',
};

/**
 * Brings an order to what the broker says of it: executions that we have not seen first, then where it stands. Used
 * wherever an update may have been missed. Doing it twice changes nothing.
 */
@Injectable()
export class SettleFromVenue {
  constructor(
    private readonly books: OrderBooks,
    private readonly record: RecordExecution,
    private readonly clock: Clock,
    @Inject(VENUE) private readonly venue: Venue,
  ) {}

  /** Throws `ExecutionsNotListed` while the broker lists fewer executions than it counts, `Failure` while it is away. */
  async execute(key: OrderKey, reported: VenueOrder): Promise<void> {
    const order = await this.books.current(key);
    if (order === undefined) throw new Error(`the broker has an order of ours that we do not: ${key.orderId}`);
    const atVenue = needsPair(order) && order.intent === 'exit' ? await this.pairAtVenue(order) : reported;
    if (atVenue.filledQuantity.gt(order.filledQuantity)) await this.recordMissing(order, atVenue);
    await this.books.change(key, ({ order: latest }) => ({
      events: latest === undefined ? [] : eventsFor(latest, atVenue, this.clock.now()),
      cause: `venue:${atVenue.venueOrderId}`,
      result: () => undefined,
    }));
  }

  /** Both exits as one; only a look-up shows them together. */
  private async pairAtVenue(order: Order): Promise<VenueOrder> {
    const found = await orFailure(this.venue.lookup(brokerKeyOf(order.id, 0)));
    if (found === undefined) throw new Failure('order-not-visible', 'the broker does not show the order now');
    return asOne(found, order.quantity);
  }

  private async recordMissing(order: Order, atVenue: VenueOrder): Promise<void> {
    const since = new Date(Date.parse(order.createdAt) - CLOCK_DIFFERENCE_MS_MAX);
    const executions = await orFailure(this.venue.executionsSince(since));
    const ids = new Set([atVenue, ...(atVenue.legs ?? [])].map(({ venueOrderId }) => venueOrderId));
    for (const execution of executions) {
      if (ids.has(execution.venueOrderId))
        await this.record.execute({ profileId: order.profileId, orderId: order.id }, execution);
    }
    const after = await this.books.current({ profileId: order.profileId, orderId: order.id });
    if (after?.filledQuantity.lt(atVenue.filledQuantity)) {
      throw new ExecutionsNotListed(
        'executions-not-listed-yet',
        `the broker counts more executions of ${order.id} than it lists`,
      );
    }
  }
}

function eventsFor(order: Order, atVenue: VenueOrder, nowMs: number) {
  const end = endOf(order, atVenue, nowMs);
  if (hasEnded(order)) return [];
  if (end !== undefined) {
    const why = atVenue.rejectReason === undefined ? {} : { venueReason: atVenue.rejectReason };
    return afterRejection(order, [ended(order, end, why)], nowMs);
  }
  const resting = order.state === 'submitting' || order.state === 'unknown';
  return resting
    ? [{ fact: 'opened' as const, data: { ...reference(order), venueOrderId: atVenue.venueOrderId } }]
    : [];
}

/** How the broker has ended the order; one that was cancelled when its time was over has expired. */
function endOf(order: Order, { status }: VenueOrder, nowMs: number): OrderEndState | undefined {
  const end = END_OF[status];
  return end === 'cancelled' && hasExpired(order, nowMs) ? 'expired' : end;
}
