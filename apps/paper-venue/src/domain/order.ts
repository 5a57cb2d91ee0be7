import { Decimal } from '@ballast/money';

/** Which way an order trades. */
export type Side = 'buy' | 'sell';
/** The kinds of order this venue takes. */
export const ORDER_TYPES = ['market', 'limit'] as const;
/** A kind of order. */
export type OrderType = (typeof ORDER_TYPES)[number];
/** How long an order may live here. */
export const TIMES_IN_FORCE = ['day', 'gtc', 'ioc', 'fok'] as const;
/** How long an order may live. */
export type TimeInForce = (typeof TIMES_IN_FORCE)[number];
/** Where an order stands, in Alpaca's words. */
export type OrderStatus = 'new' | 'partially_filled' | 'filled' | 'canceled' | 'expired' | 'rejected';
/** The ends an order can come to without being filled. */
export type OrderEnd = 'canceled' | 'expired' | 'rejected';

/** An order as it was admitted; quantities and prices are decimals, moments are ISO 8601 in microseconds. */
export interface OrderTerms {
  id: string;
  clientOrderId: string;
  symbol: string;
  side: Side;
  type: OrderType;
  timeInForce: TimeInForce;
  quantity: Decimal;
  limitPrice: Decimal | undefined;
  createdAt: string;
  /** When a `day` order ends by itself. */
  expiresAt: string | undefined;
}

/** An order and how far it has come; `filledNotional` and `commission` are sums over its executions. */
export interface Order extends OrderTerms {
  status: OrderStatus;
  filledQuantity: Decimal;
  filledNotional: Decimal;
  commission: Decimal;
  updatedAt: string;
}

/** What can happen to an open order. */
export type OrderEvent =
  | { type: 'executed'; quantity: Decimal; price: Decimal; commission: Decimal; at: string }
  | { type: 'ended'; as: OrderEnd; at: string };

/** The order that terms begin as. */
export function openedOrder(terms: OrderTerms): Order {
  const zero = new Decimal(0);
  return {
    ...terms,
    status: 'new',
    filledQuantity: zero,
    filledNotional: zero,
    commission: zero,
    updatedAt: terms.createdAt,
  };
}

/** Whether the venue still works on the order. */
export function isOpen(order: Order): boolean {
  return order.status === 'new' || order.status === 'partially_filled';
}

/** What is left to fill. */
export function leaves(order: Order): Decimal {
  return order.quantity.minus(order.filledQuantity);
}

/** The mean price of what has filled, to 12 decimals; undefined before the first execution. */
export function averagePrice(order: Order): Decimal | undefined {
  if (order.filledQuantity.isZero()) return undefined;
  return order.filledNotional.div(order.filledQuantity).toDecimalPlaces(AVERAGE_PRICE_DECIMALS);
}

const AVERAGE_PRICE_DECIMALS = 12;

/** The order after an event; throws when the order is over or the execution is more than it has left. */
export function evolve(order: Order, event: OrderEvent): Order {
  if (!isOpen(order)) throw new Error(`order ${order.id} is ${order.status} and cannot be ${event.type}`);
  if (event.type === 'ended') return { ...order, status: event.as, updatedAt: event.at };
  if (event.quantity.lte(0) || event.quantity.gt(leaves(order))) {
    throw new Error(
      `order ${order.id} has ${leaves(order).toFixed()} left and cannot execute ${event.quantity.toFixed()}`,
    );
  }
  const filledQuantity = order.filledQuantity.plus(event.quantity);
  return {
    ...order,
    filledQuantity,
    filledNotional: order.filledNotional.plus(event.quantity.times(event.price)),
    commission: order.commission.plus(event.commission),
    status: filledQuantity.eq(order.quantity) ? 'filled' : 'partially_filled',
    updatedAt: event.at,
  };
}
