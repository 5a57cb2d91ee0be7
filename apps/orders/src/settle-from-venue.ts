import { Inject, Injectable } from '@nestjs/common';
import { Failure, orderOfBrokerKey } from '@ballast/contracts';
import { Clock } from '@ballast/service-host';
import type { OrderEndState } from '@ballast/contracts/orders';
import type { Venue, VenueOrder } from '@ballast/venue';
import { OrderBooks } from './adapters/order-books.js';
import type { OrderKey } from './adapters/order-books.js';
import { VENUE, orFailure } from './adapters/venue-calls.js';
import { afterBrokersEnd } from './domain/exit-retry.js';
import { nameAtBroker } from './domain/name-at-broker.js';
import { hasEnded, hasExpired } from './domain/order.js';
import type { Order } from './domain/order.js';
import { asOne } from './adapters/exit-pair.js';
import { needsPair } from './domain/sending.js';
import { ended, reference } from './domain/submission.js';
import { replacementOver } from './domain/replacing.js';
import { RecordListedExecutions } from './record-listed-executions.js';
import { SettleReplacement } from './settle-replacement.js';

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
    private readonly listed: RecordListedExecutions,
    private readonly replacement: SettleReplacement,
    private readonly clock: Clock,
    @Inject(VENUE) private readonly venue: Venue,
  ) {}

  /** Throws `ExecutionsNotListed` while the broker lists fewer executions than it counts, `Failure` while it is away. */
  async execute(key: OrderKey, reported: VenueOrder): Promise<void> {
    const order = await this.renamed(key, reported);
    if (order === undefined) return;
    const atVenue = needsPair(order) && order.intent === 'exit' ? await this.pairAtVenue(order) : reported;
    await this.listed.execute(order, atVenue, order.filledEarlier.plus(atVenue.filledQuantity));
    await this.books.change(key, ({ order: latest }) => ({
      events: latest?.revision === order.revision ? eventsFor(latest, atVenue, this.clock.now()) : [],
      cause: `venue:${atVenue.venueOrderId}`,
      result: () => undefined,
    }));
  }

  /**
   * The order, with its replacement settled where the report shows that the broker has decided about it; `undefined` where
   * the report is of a name that it has no more, or never got. Throws where the broker says that it was replaced and nobody here asked.
   */
  private async renamed(key: OrderKey, { brokerKey, status }: VenueOrder): Promise<Order | undefined> {
    const order = await this.books.current(key);
    if (order === undefined) throw new Error(`the broker has an order of ours that we do not: ${key.orderId}`);
    const revision = orderOfBrokerKey(brokerKey)?.revision ?? order.revision;
    if (revision < order.revision) return undefined;
    if (revision === order.revision && status !== 'replaced') return order;
    await this.replacement.execute(key);
    const settled = await this.books.current(key);
    if (settled === undefined || hasEnded(settled)) return settled;
    if (status === 'rejected' && revision > settled.revision) return undefined;
    if (settled.revision === order.revision && order.replacement === undefined)
      throw new Error(`the broker has replaced ${key.orderId}, and nobody here has asked for it`);
    return settled.revision === revision ? settled : undefined;
  }

  /** Both exits as one; only a look-up shows them together. */
  private async pairAtVenue(order: Order): Promise<VenueOrder> {
    const found = await orFailure(this.venue.lookup(nameAtBroker(order, order.revision)));
    if (found === undefined) throw new Failure('order-not-visible', 'the broker does not show the order now');
    return asOne(found, order.quantity.minus(order.filledEarlier));
  }
}

function eventsFor(order: Order, atVenue: VenueOrder, nowMs: number) {
  const end = endOf(order, atVenue, nowMs);
  if (hasEnded(order)) return [];
  if (end !== undefined) {
    const why = atVenue.rejectReason === undefined ? {} : { venueReason: atVenue.rejectReason };
    return [...replacementOver(order), ...afterBrokersEnd(order, [ended(order, end, why)], nowMs)];
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
