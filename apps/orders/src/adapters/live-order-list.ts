import { Injectable } from '@nestjs/common';
import type { ContainerStore } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import type { OrderKey } from './order-books.js';
import type { OrderDocument } from './order-documents.js';

/** Orders in one page of the list. */
const PAGE_ORDERS_MAX = 100;

/** The orders of all profiles that the broker may be working on. */
@Injectable()
export class LiveOrderList {
  constructor(@InjectStore('trade_orders') private readonly store: ContainerStore) {}

  /** Every live order that was handed to the broker at least once. Throws `Failure` while the store is away. */
  async *sent(): AsyncGenerator<OrderKey> {
    let continuation: string | undefined;
    do {
      const page = await this.store.query<Pick<OrderDocument, 'id' | 'profileId' | 'attempts'>>({
        query: 'SELECT c.id, c.profileId, c.attempts FROM c WHERE c.kind = @kind AND c.live = @live',
        parameters: { '@kind': 'order', '@live': true },
        pageSize: PAGE_ORDERS_MAX,
        ...(continuation === undefined ? {} : { continuation }),
      });
      for (const { id, profileId, attempts } of page.items) if (attempts > 0) yield { profileId, orderId: id };
      continuation = page.continuation;
    } while (continuation !== undefined);
  }
}
