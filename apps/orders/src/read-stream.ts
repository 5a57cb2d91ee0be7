import { Injectable } from '@nestjs/common';
import { PRODUCT_ID } from '@ballast/contracts';
import type { OrdersSnapshot, StreamEvents } from '@ballast/contracts/streams';
import { replay } from '@ballast/cosmos';
import type { ContainerStore } from '@ballast/cosmos';
import { InjectStore, ProblemException } from '@ballast/service-host';
import { BOOK_ID, bookOf } from './adapters/book-documents.js';
import type { BookDocument } from './adapters/book-documents.js';
import { liveOrderOf } from './adapters/order-documents.js';
import { orderView } from './adapters/order-view.js';
import { positionView } from './adapters/trade-rows.js';

/** Tells what a profile's book is and what has happened in it; who may know is the caller's to check. */
@Injectable()
export class ReadStream {
  constructor(@InjectStore('trade_orders') private readonly store: ContainerStore) {}

  /** The book as it is stored now, with the sequence of its last event: one read. Throws the `not-found` problem. */
  async snapshot(profileId: string): Promise<OrdersSnapshot> {
    const document = await this.stored(profileId);
    const { sequence, trades } = bookOf(document);
    return {
      sequence,
      orders: Object.keys(document.live).flatMap((orderId) => {
        const order = liveOrderOf(document, orderId);
        return order === undefined ? [] : [orderView(order)];
      }),
      positions: Object.entries(trades).map(([symbol, trade]) => positionView(symbol, trade, undefined)),
    };
  }

  /** The profile's events after this sequence: one read and one query of one partition. Throws the `not-found` problem. */
  async events(profileId: string, after: number): Promise<StreamEvents> {
    const { sequence } = await this.stored(profileId);
    return replay(this.store, { partition: [PRODUCT_ID, profileId], after, sequence });
  }

  private async stored(profileId: string): Promise<BookDocument> {
    const stored = await this.store.read<BookDocument>(BOOK_ID, [PRODUCT_ID, profileId]);
    if (stored === undefined) throw new ProblemException('not-found');
    return stored.document;
  }
}
