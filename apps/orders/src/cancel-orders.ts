import { Injectable } from '@nestjs/common';
import { OrderBooks } from './adapters/order-books.js';
import { RequestCancel } from './request-cancel.js';

/** Requests the cancel of every live order of a profile, or of those in one symbol. */
@Injectable()
export class CancelOrders {
  constructor(
    private readonly books: OrderBooks,
    private readonly requestCancel: RequestCancel,
  ) {}

  /**
   * How many orders were asked to end; one that ended meanwhile is not counted. Doing it again asks again only for those
   * that were not answered for 10 s. Throws `Failure` while the store is away.
   */
  async execute(profileId: string, symbol: string | undefined, requestedBy: string): Promise<number> {
    const live = await this.books.liveOrders(profileId);
    let requested = 0;
    for (const order of live) {
      if (symbol !== undefined && order.symbol !== symbol) continue;
      const { outcome } = await this.requestCancel.execute({ profileId, orderId: order.id }, requestedBy);
      if (outcome === 'requested') requested += 1;
    }
    return requested;
  }
}
