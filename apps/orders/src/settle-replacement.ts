import { Inject, Injectable } from '@nestjs/common';
import { Failure } from '@ballast/contracts';
import { Clock } from '@ballast/service-host';
import type { Venue, VenueOrder } from '@ballast/venue';
import { OrderBooks } from './adapters/order-books.js';
import type { OrderKey } from './adapters/order-books.js';
import { CALL_DELAY_MS_MAX, VENUE, orFailure } from './adapters/venue-calls.js';
import { nameAtBroker } from './domain/name-at-broker.js';
import type { Order } from './domain/order.js';
import type { OrderEvent } from './domain/order-event.js';
import { replaceRejected, replaced } from './domain/replacing.js';
import { RecordListedExecutions } from './record-listed-executions.js';

/** What became of a replacement is not known; the order has to wait for it. */
export class ReplacementNotKnown extends Failure {}

/** Statuses in which an order at the broker is over, so that nothing takes its place any more. */
const OVER: readonly VenueOrder['status'][] = ['filled', 'cancelled', 'expired', 'rejected'];

/**
 * Finds out what became of a replacement that the broker was asked for, from both orders there. The order has its other
 * terms only when everything is recorded that was executed under those before: each execution is under one of them.
 */
@Injectable()
export class SettleReplacement {
  constructor(
    private readonly books: OrderBooks,
    private readonly listed: RecordListedExecutions,
    private readonly clock: Clock,
    @Inject(VENUE) private readonly venue: Venue,
  ) {}

  /**
   * Doing it twice changes nothing. `absent` says that the broker surely does not have it. Throws `ReplacementNotKnown` while
   * nothing is known, `Failure` while the broker is away.
   */
  async execute(key: OrderKey): Promise<'settled' | 'absent'> {
    const order = await this.books.latest(key);
    if (order?.replacement?.submittedAt === undefined) return 'settled';
    const [before, after] = await Promise.all([
      orFailure(this.venue.lookup(nameAtBroker(order, order.revision))),
      orFailure(this.venue.lookup(nameAtBroker(order, order.replacement.revision))),
    ]);
    if (before === undefined) throw new ReplacementNotKnown('order-not-visible', 'the broker does not show the order');
    if (after?.status === 'rejected') return this.reject(order, after.rejectReason ?? 'the broker gave no reason');
    if (before.status === 'replaced' && after !== undefined) return this.take(order, before, after);
    if (OVER.includes(before.status)) return this.reject(order, `the order was ${before.status} at the broker`);
    if (after === undefined) return this.absent(order.replacement.submittedAt);
    throw new ReplacementNotKnown('replacement-pending', 'the broker has not put the other order in its place yet');
  }

  private async take(order: Order, before: VenueOrder, { venueOrderId }: VenueOrder): Promise<'settled'> {
    const filledEarlier = order.filledEarlier.plus(before.filledQuantity);
    await this.listed.execute(order, before, filledEarlier);
    const { feeRate } = this.venue.capabilities;
    await this.change(order, (latest, replacement) => [
      replaced(latest, replacement, { venueOrderId, filledEarlier, feeRate }),
    ]);
    return 'settled';
  }

  private async reject(order: Order, venueReason: string): Promise<'settled'> {
    await this.change(order, (latest) => [replaceRejected(latest, { venueReason })]);
    return 'settled';
  }

  private absent(submittedAt: string): 'absent' {
    const { callDeadlineMs, visibilityDelayMs } = this.venue.capabilities;
    const certainAfterMs = CALL_DELAY_MS_MAX + callDeadlineMs + visibilityDelayMs;
    const waitMs = certainAfterMs - (this.clock.now() - Date.parse(submittedAt));
    if (waitMs <= 0) return 'absent';
    throw new ReplacementNotKnown('replacement-may-still-appear', 'the broker may not show the other order yet', {
      retryAfterMs: waitMs,
    });
  }

  /** Only of the same replacement, which is still there. */
  private async change(
    { id, profileId, replacement: meant }: Order,
    decide: (order: Order, replacement: NonNullable<Order['replacement']>) => readonly OrderEvent[],
  ): Promise<void> {
    await this.books.change({ profileId, orderId: id }, ({ order }) => {
      const replacement = order?.replacement;
      const isMeant = order !== undefined && replacement?.revision === meant?.revision && replacement !== undefined;
      return { events: isMeant ? decide(order, replacement) : [], result: () => undefined };
    });
  }
}
