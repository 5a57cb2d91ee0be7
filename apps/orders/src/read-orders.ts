import { Injectable } from '@nestjs/common';
import type { ContainerStore } from '@ballast/cosmos';
import { ORDER_ID_PATTERN, PRODUCT_ID, profileOfOrder } from '@ballast/contracts';
import type { OrderPage } from '@ballast/contracts/orders';
import { InjectStore, Listing, ProblemException } from '@ballast/service-host';
import type { Caller, PageRequest } from '@ballast/service-host';
import { OrderBooks } from './adapters/order-books.js';
import { orderOf } from './adapters/order-documents.js';
import type { OrderDocument } from './adapters/order-documents.js';
import { orderView } from './adapters/order-view.js';
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

  /** The version of the profile whose risk configuration is in its book as stored: 1 where it was never configured. */
  async profileVersion(profileId: string): Promise<number> {
    return (await this.books.stored(profileId))?.risk?.version ?? 1;
  }

  /** The order; throws the `not-found` problem unless it exists and the caller may see it. */
  async own(orderId: string, caller: Caller): Promise<Order> {
    const profileId = profileOfOrder(orderId);
    const order = profileId === undefined ? undefined : await this.books.find({ profileId, orderId });
    if (order === undefined || !maySee(caller, order.ownerId)) throw new ProblemException('not-found');
    return order;
  }

  /** One page of a profile's orders, newest first. Throws the problem `invalid-cursor`. */
  async page(profileId: string, page: PageRequest): Promise<OrderPage> {
    const listing = new Listing('orders', profileId);
    const { limit } = page;
    const before = listing.placeIn(page, ORDER_ID_PATTERN) ?? AFTER_EVERY_ID;
    // Live orders first: one that ends between the two reads is then seen twice, not missed.
    const live = (await this.books.liveOrders(profileId)).filter((order) => order.id < before);
    const ended = await this.ended(profileId, before, limit);
    const orders = new Map([...live, ...ended].map((order) => [order.id, order]));
    const items = [...orders.values()].sort((left, right) => (left.id < right.id ? 1 : -1)).slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map(orderView),
      ...(items.length < limit || last === undefined ? {} : { nextCursor: listing.cursorAt(last.id) }),
    };
  }

  /** The newest of the orders that have ended, up to `limit`; the store may give them in pages that are not full. */
  private async ended(profileId: string, before: string, limit: number): Promise<Order[]> {
    const orders: Order[] = [];
    let continuation: string | undefined;
    do {
      const page = await this.store.query<OrderDocument>({
        query: 'SELECT * FROM c WHERE c.kind = @kind AND c.id < @before ORDER BY c.id DESC',
        parameters: { '@kind': 'order', '@before': before },
        partition: [PRODUCT_ID, profileId],
        pageSize: limit,
        ...(continuation === undefined ? {} : { continuation }),
      });
      orders.push(...page.items.map(orderOf));
      continuation = page.continuation;
    } while (continuation !== undefined && orders.length < limit);
    return orders;
  }
}

/** Sorts behind every order id. */
const AFTER_EVERY_ID = '~';

function maySee(caller: Caller, ownerId: string): boolean {
  return caller.userId === ownerId || caller.role === 'operator' || caller.role === 'admin';
}
