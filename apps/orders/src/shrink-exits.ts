import { Inject, Injectable } from '@nestjs/common';
import type { Venue } from '@ballast/venue';
import { Clock } from '@ballast/service-host';
import type { OrderExitsOversizedV1 } from '@ballast/contracts/orders';
import { OrderBooks } from './adapters/order-books.js';
import { VENUE } from './adapters/venue-calls.js';
import { bySacrifice, decideShrink } from './domain/oversized-exits.js';
import type { Order } from './domain/order.js';

/** Makes exits smaller that are together larger than what is held, or cancels them; the events of each do so at the broker. */
@Injectable()
export class ShrinkExits {
  constructor(
    private readonly books: OrderBooks,
    private readonly clock: Clock,
    @Inject(VENUE) private readonly venue: Venue,
  ) {}

  /** What is under way, or large enough no more, is left alone. Throws `Failure` while the store cannot be reached. */
  async execute({ profileId, symbol }: OrderExitsOversizedV1): Promise<void> {
    const { liveIn } = await this.books.storedFacts(profileId);
    for (const { id: orderId } of bySacrifice(exitsIn(liveIn(symbol)))) await this.shrink({ profileId, orderId });
  }

  private shrink(key: { readonly profileId: string; readonly orderId: string }): Promise<void> {
    const { canReplace, nowMs } = { canReplace: this.venue.capabilities.replace, nowMs: this.clock.now() };
    return this.books.change(key, ({ book, order, liveIn }) => {
      const exits = order === undefined ? [] : exitsIn(liveIn(order.symbol));
      const live = exits.find(({ id }) => id === key.orderId);
      const events = live === undefined ? [] : decideShrink(live, { book, exits, canReplace, nowMs });
      return { events, isOfStored: true, result: () => undefined };
    });
  }
}

function exitsIn(orders: readonly Order[]): Order[] {
  return orders.filter(({ intent }) => intent === 'exit');
}
