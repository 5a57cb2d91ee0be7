import { Injectable } from '@nestjs/common';
import type { CapitalDeclinedV1 } from '@ballast/contracts/ledger';
import { OrderBooks } from './adapters/order-books.js';
import { replaceRejected } from './domain/replacing.js';

/** Leaves an order as it was for whose other terms the ledger has no capital; the ledger's word is final. */
@Injectable()
export class RejectReplacement {
  constructor(private readonly books: OrderBooks) {}

  /** A replacement that does not wait for capital any more (withdrawn meanwhile, or told before) is left as it is. */
  async execute(declined: CapitalDeclinedV1, revision: number): Promise<void> {
    const { code, limit, value } = declined.refusal;
    await this.books.change(declined, ({ order }) => {
      if (order === undefined) throw new Error(`capital was declined for an unknown order ${declined.orderId}`);
      const isWaiting = order.replacement?.revision === revision && order.replacement.submittedAt === undefined;
      const events = isWaiting ? [replaceRejected(order, { refusal: { code, limit, value } })] : [];
      return { events, isOfStored: true, result: () => undefined };
    });
  }
}
