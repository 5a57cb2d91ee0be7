import { Injectable } from '@nestjs/common';
import { decimal } from '@ballast/money';
import type { Decimal } from '@ballast/money';
import type { ContainerStore } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import type { Controlled } from '../domain/controls.js';
import type { OrderKey } from './order-books.js';
import type { BookDocument } from './book-documents.js';
import { isLongNamed, saidInFull } from './order-documents.js';
import { conditionsOf } from '../domain/conditions.js';
import type { Order } from '../domain/order.js';
import { nameAtBroker } from '../domain/name-at-broker.js';
import { needsPair } from '../domain/sending.js';
import { waitsHere } from '../domain/waiting.js';

/** Books in one page of the list. */
const PAGE_BOOKS_MAX = 50;

/** What of a waiting order decides when it goes to the broker. */
export type WaitingOrder = Pick<Order, 'id' | 'profileId' | 'symbol' | 'side' | 'type' | 'conditions' | 'triggeredAt'>;

/** What of a live order the kill switch looks at, and under which of its epochs the order was placed. */
export type LiveOrder = Controlled & Pick<Order, 'placedEpoch'>;

/** A live order that was handed to the broker at least once. */
export interface SentOrder extends OrderKey {
  /** The name under which the broker has it now. */
  readonly brokerKey: string;
  /**
   * What is filled under that name, where the order rests at the broker and nothing is to be heard but fills and its end; left
   * out of one whose submission or other terms are not answered, and of two exits of which one ends the other.
   */
  readonly restsWith?: Decimal;
}

/** The orders of all profiles that the broker may be working on. */
@Injectable()
export class LiveOrderList {
  constructor(@InjectStore('trade_orders') private readonly store: ContainerStore) {}

  /**
   * Every live order that was handed to the broker at least once and has not changed after `unchangedSince`, ISO 8601.
   * Throws `Failure` while the store is away.
   */
  async *sent(unchangedSince: string): AsyncGenerator<SentOrder> {
    for await (const { profileId, orderId, order } of this.all())
      if (order.attempts > 0 && order.updatedAt <= unchangedSince)
        yield { profileId, orderId, brokerKey: brokerKeyIn({ ...order, id: orderId }), ...restOf(order) };
  }

  /**
   * Every order that was placed, or asked for other terms, at or before `askedBefore`, ISO 8601, and waits for the capital.
   * Throws `Failure` while the store is away.
   */
  async *awaitingCapital(askedBefore: string): AsyncGenerator<OrderKey> {
    for await (const { profileId, orderId, order } of this.all()) {
      const { state, createdAt, replacement } = order;
      const isForMore = replacement?.holdUnits !== undefined && replacement.submittedAt === undefined;
      const askedAt = isForMore ? replacement.requestedAt : createdAt;
      if ((state === 'pending-capital' || isForMore) && askedAt <= askedBefore) yield { profileId, orderId };
    }
  }

  /** Every live order that was given an end. Throws `Failure` while the store is away. */
  async *dated(): AsyncGenerator<Pick<Order, 'id' | 'profileId' | 'conditions'>> {
    for await (const { profileId, orderId, order } of this.all()) {
      const { expiresAt } = order;
      if (expiresAt !== undefined) yield { id: orderId, profileId, conditions: { expiresAt } };
    }
  }

  /** Every live order that waits here for the market. Throws `Failure` while the store is away. */
  async *waiting(): AsyncGenerator<WaitingOrder> {
    for await (const { profileId, orderId, order } of this.all()) {
      const { symbol, side, type, triggeredAt } = order;
      const waiting = { id: orderId, profileId, symbol, side, type, triggeredAt, conditions: conditionsOf(order) };
      if (waitsHere(waiting)) yield waiting;
    }
  }

  /** Every live order that the test is true of. Throws `Failure` while the store is away. */
  async *matching(isMeant: (order: LiveOrder) => boolean): AsyncGenerator<OrderKey> {
    for await (const { profileId, orderId, order } of this.all())
      if (isMeant({ intent: order.intent, symbol: order.symbol, profileId, placedEpoch: order.placedEpoch ?? 0 }))
        yield { profileId, orderId };
  }

  private async *all(): AsyncGenerator<OrderKey & { readonly order: ReturnType<typeof saidInFull> }> {
    let continuation: string | undefined;
    do {
      const page = await this.store.query<Pick<BookDocument, 'profileId' | 'live'>>({
        query: 'SELECT c.profileId, c.live FROM c WHERE c.kind = @kind AND c.liveOrders > @none',
        parameters: { '@kind': 'book', '@none': 0 },
        pageSize: PAGE_BOOKS_MAX,
        ...(continuation === undefined ? {} : { continuation }),
      });
      for (const { profileId, live } of page.items)
        for (const [orderId, order] of Object.entries(live)) yield { profileId, orderId, order: saidInFull(order) };
      continuation = page.continuation;
    } while (continuation !== undefined);
  }
}

function restOf(order: ReturnType<typeof saidInFull>): Pick<SentOrder, 'restsWith'> {
  const { state, intent, replacement, filledQuantity, filledEarlier = '0' } = order;
  const rests = state === 'open' || state === 'partially-filled';
  if (!rests || replacement !== undefined || needsPair({ intent, conditions: conditionsOf(order) })) return {};
  return { restsWith: decimal(filledQuantity).minus(filledEarlier) };
}

/** The name under which the broker has an order now. */
function brokerKeyIn(order: ReturnType<typeof saidInFull> & { readonly id: string }): string {
  return nameAtBroker({ id: order.id, hasLongName: isLongNamed(order) }, order.revision ?? 0);
}
