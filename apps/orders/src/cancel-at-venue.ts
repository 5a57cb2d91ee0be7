import { Inject, Injectable } from '@nestjs/common';
import { Failure } from '@ballast/contracts';
import type { Venue } from '@ballast/venue';
import { OrderBooks } from './adapters/order-books.js';
import type { OrderKey } from './adapters/order-books.js';
import { TradingPermit } from './adapters/trading-permit.js';
import { VENUE, orFailure } from './adapters/venue-calls.js';
import { nameAtBroker } from './domain/name-at-broker.js';
import { hasEnded } from './domain/order.js';
import { SettleFromVenue } from './settle-from-venue.js';

/** Asks the broker to cancel; the broker's own update ends the order, or a fill that was faster does. */
@Injectable()
export class CancelAtVenue {
  constructor(
    private readonly books: OrderBooks,
    private readonly settle: SettleFromVenue,
    private readonly permit: TradingPermit,
    @Inject(VENUE) private readonly venue: Venue,
  ) {}

  /**
   * Throws `Failure` while the order's submission is not answered, the broker cannot be reached, or it neither takes the
   * request nor shows the order's end. The order is read from the store: another replica may have submitted it.
   */
  async execute(key: OrderKey): Promise<void> {
    const order = await this.books.find(key);
    if (order === undefined) throw new Error(`a cancel was requested for an unknown order ${key.orderId}`);
    if (hasEnded(order)) return;
    if (order.state === 'submitting' || order.state === 'unknown') {
      throw new Failure('order-not-answered-yet', 'the broker has not answered the submission yet');
    }
    if (order.replacement !== undefined)
      throw new Failure('replacement-not-answered-yet', 'the broker has not answered whether it replaces the order');
    const brokerKey = nameAtBroker(order, order.revision);
    const atVenue = await orFailure(this.venue.lookup(brokerKey));
    if (atVenue === undefined) throw new Failure('order-not-visible', 'the broker does not show the order now');
    const answer = await orFailure(this.permit.duringCancel(() => this.venue.cancel(atVenue.venueOrderId)));
    if (answer === 'accepted') return;
    const latest = await orFailure(this.venue.lookup(brokerKey));
    if (latest === undefined) throw new Failure('order-not-visible', 'the broker does not show the order now');
    await this.settle.execute(key, latest);
    const settled = await this.books.current(key);
    if (settled !== undefined && !hasEnded(settled))
      throw new Failure('cancel-not-taken', 'the broker did not take the request and the order is live');
  }
}
