import { Injectable } from '@nestjs/common';
import { Failure } from '@ballast/contracts';
import type { OrderExitsDueV1 } from '@ballast/contracts/orders';
import { Clock } from '@ballast/service-host';
import { OrderBooks } from './adapters/order-books.js';
import { TradingPermit } from './adapters/trading-permit.js';
import { refusalOfControls } from './domain/controls.js';
import { decideExits } from './domain/exits.js';

/** Places the exits that protect what an entry has filled, once for each fill; sending them is the same as for any exit. */
@Injectable()
export class PlaceExits {
  constructor(
    private readonly books: OrderBooks,
    private readonly permit: TradingPermit,
    private readonly clock: Clock,
  ) {}

  /**
   * Throws `Failure` while the store cannot be reached, before exits that the broker has let go of are to be tried again, and
   * while trading is halted: what is held then stays without its exits until it goes on, and gets them then.
   */
  async execute(due: OrderExitsDueV1): Promise<void> {
    const { profileId, symbol, exitOrderId, notBefore } = due;
    const waitMs = notBefore === undefined ? 0 : Date.parse(notBefore) - this.clock.now();
    if (waitMs > 0)
      throw new Failure('exits-not-due-yet', 'rejected exits are tried again later', { retryAfterMs: waitMs });
    const controls = await this.permit.current();
    const refusal = refusalOfControls(controls, { intent: 'exit', profileId, symbol });
    if (refusal !== undefined) throw new Failure(refusal.code, 'exits are placed when trading goes on');
    await this.books.change({ profileId, orderId: exitOrderId }, ({ book, order }) => ({
      events: order === undefined ? decideExits(due, book, controls) : [],
      result: () => undefined,
    }));
  }
}
