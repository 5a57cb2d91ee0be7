import { Decimal, decimal } from '@ballast/money';
import { newOrderId } from '@ballast/contracts';
import type { OrderExecutedV1, OrderIntent, OrderPlacedV1 } from '@ballast/contracts/orders';
import type { Book } from './book.js';
import { BLANK_BOOK, evolveBook } from './book.js';
import type { Order } from './order.js';
import { evolve } from './order.js';
import type { OrderEvent } from './order-event.js';

/** What specs start from: a profile, its book, and orders brought into a state by their events. */
export const PROFILE_ID = 'prf_01k9z3v5t8m2c4d6e8f0g2h4j6';
export const OWNER_ID = 'usr_01k9z3v5t8m2c4d6e8f0g2h4j6';
export const NOW_MS = Date.parse('2026-11-20T12:00:00.000Z');
const PROVENANCE = { ownerId: OWNER_ID, correlationId: 'req_1', at: '2026-11-20T12:00:00.000Z' };

/** A book without trades. */
export function emptyBook(changes: Partial<Book> = {}): Book {
  return {
    profileId: PROFILE_ID,
    ownerId: OWNER_ID,
    entriesPerSymbolMax: 1,
    sequence: 1,
    hasShortfall: false,
    ...BLANK_BOOK,
    ...changes,
  };
}

/** The placement of ten AAPL at 100, as an entry or an exit. */
export function placedEvent(changes: Partial<OrderPlacedV1> = {}): OrderEvent & { fact: 'placed' } {
  const intent: OrderIntent = changes.intent ?? 'entry';
  const orderId = changes.orderId ?? newOrderId(PROFILE_ID, NOW_MS);
  return {
    fact: 'placed',
    data: {
      orderId,
      profileId: PROFILE_ID,
      symbol: 'AAPL',
      side: intent === 'entry' ? 'buy' : 'sell',
      type: 'limit',
      timeInForce: 'day',
      intent,
      quantity: '10',
      limitPrice: '100',
      boundPrice: '100',
      tradeId: `trd_${orderId.slice(4)}`,
      holdUnits: intent === 'entry' ? '100100' : '0',
      asset: 'USD',
      ...changes,
    },
  };
}

/** The next execution of an order, quantities and prices as decimals, fee 0.1 % without rounding. */
export function executedEvent(
  order: Order,
  quantity: string,
  price: string,
  changes: Partial<OrderExecutedV1> = {},
): OrderEvent & { fact: 'executed' } {
  const quantityAfter = order.filledQuantity.plus(quantity);
  const notionalAfter = order.notional.plus(decimal(quantity).times(price));
  return {
    fact: 'executed',
    data: {
      orderId: order.id,
      profileId: order.profileId,
      executionId: `exe-${order.executions + 1}`,
      executionNumber: order.executions + 1,
      tradeId: order.tradeId,
      symbol: order.symbol,
      side: order.side,
      intent: order.intent,
      quantity,
      price,
      orderQuantity: order.quantity.toFixed(),
      quantityBefore: order.filledQuantity.toFixed(),
      quantityAfter: quantityAfter.toFixed(),
      notionalBefore: order.notional.toFixed(),
      notionalAfter: notionalAfter.toFixed(),
      feeBefore: order.fees.toFixed(),
      feeAfter: notionalAfter.times('0.001').toFixed(),
      closedCostUnits: '0',
      asset: 'USD',
      fillsOrder: quantityAfter.eq(order.quantity),
      executedAt: PROVENANCE.at,
      ...changes,
    },
  };
}

/** The order and its book after these events. */
export function after(
  book: Book,
  order: Order | undefined,
  ...events: readonly OrderEvent[]
): { book: Book; order: Order } {
  let current = { book, order };
  for (const event of events) {
    current = {
      book: evolveBook(current.book, current.order, { event, at: PROVENANCE.at }).book,
      order: evolve(current.order, event, PROVENANCE),
    };
  }
  if (current.order === undefined) throw new Error('no event placed an order');
  return { book: current.book, order: current.order };
}

/** Handed to the broker for the first time. */
export function submittedEvent(order: Pick<Order, 'id' | 'profileId'>, attempt = 1): OrderEvent {
  return { fact: 'submitted', data: { orderId: order.id, profileId: order.profileId, brokerKey: 'key', attempt } };
}

/** An entry of ten AAPL at 100 whose submission is in flight. */
export function submittingOrder(changes: Partial<OrderPlacedV1> = {}): { book: Book; order: Order } {
  const placed = after(emptyBook(), undefined, placedEvent(changes));
  const held: readonly OrderEvent[] = placed.order.intent === 'entry' ? [{ fact: 'capital-held' }] : [];
  return after(placed.book, placed.order, ...held, submittedEvent(placed.order));
}

/** Zero, for comparisons. */
export const ZERO = new Decimal(0);
