import { Injectable } from '@nestjs/common';
import type { ContainerStore } from '@ballast/cosmos';
import { PRODUCT_ID, profileOfOrder } from '@ballast/contracts';
import type { OrderPage } from '@ballast/contracts/orders';
import { InjectStore, ProblemException } from '@ballast/service-host';
import type { Caller, PageRequest } from '@ballast/service-host';
import { OrderBooks } from './adapters/order-books.js';
import { orderOf, orderView } from './adapters/order-documents.js';
import type { OrderDocument } from './adapters/order-documents.js';
import type { Order } from './domain/order.js';

/** Answers questions about orders, to those who may know. */
@Injectable()
export class ReadOrders {
  constructor(
    private readonly books: OrderBooks,
    @InjectStore('trade_orders') private readonly store: ContainerStore,
  ) {}

  /** Throws the `not-found` problem unless the profile exists and the caller may see it. */
  async requireOwnBook(profileId: string, caller: Caller): Promise<void> {
    const book = await this.books.bookOf(profileId);
    if (book === undefined || !maySee(caller, book.ownerId)) throw new ProblemException('not-found');
  }

  /** The order; throws the `not-found` problem unless it exists and the caller may see it. */
  async own(orderId: string, caller: Caller): Promise<Order> {
    const profileId = profileOfOrder(orderId);
    const order = profileId === undefined ? undefined : await this.books.find(profileId, orderId);
    if (order === undefined || !maySee(caller, order.ownerId)) throw new ProblemException('not-found');
    return order;
  }

  /** One page of a profile's orders, newest first. */
  async page(profileId: string, { limit, cursor }: PageRequest): Promise<OrderPage> {
    const { items, continuation } = await this.store.query<OrderDocument>({
      query: 'SELECT * FROM c WHERE c.kind = @kind ORDER BY c.id DESC',
      parameters: { '@kind': 'order' },
      partition: [PRODUCT_ID, profileId],
      pageSize: limit,
      ...(cursor === undefined ? {} : { continuation: Buffer.from(cursor, 'base64url').toString() }),
    });
    return {
      items: items.map((document) => orderView(orderOf(document))),
      ...(continuation === undefined ? {} : { nextCursor: Buffer.from(continuation).toString('base64url') }),
    };
  }
}

function maySee(caller: Caller, ownerId: string): boolean {
  return caller.userId === ownerId || caller.role === 'operator' || caller.role === 'admin';
}
