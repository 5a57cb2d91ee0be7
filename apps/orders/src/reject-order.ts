import { Injectable } from '@nestjs/common';
import type { CapitalDeclinedV1 } from '@ballast/contracts/ledger';
import { OrderBooks } from './adapters/order-books.js';
import { ended } from './domain/submission.js';

/** Ends an order for which the ledger has no capital; the ledger's word is final. */
@Injectable()
export class RejectOrder {
  constructor(private readonly books: OrderBooks) {}

  /** An order that is not waiting for capital any more (cancelled meanwhile, or told before) is left as it is. */
  async execute(declined: CapitalDeclinedV1): Promise<void> {
    const { code, limit, value } = declined.refusal;
    await this.books.change(declined, ({ order }) => {
      if (order === undefined) throw new Error(`capital was declined for an unknown order ${declined.orderId}`);
      const events =
        order.state === 'pending-capital' ? [ended(order, 'rejected', { refusal: { code, limit, value } })] : [];
      return { events, result: () => undefined };
    });
  }
}
