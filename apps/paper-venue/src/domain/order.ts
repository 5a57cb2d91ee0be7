import { Decimal } from '@ballast/money';

/** Which way an order trades. */
export type Side = 'buy' | 'sell';
/** The kinds of order this venue takes. */
export const ORDER_TYPES = ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'] as const;
/** A kind of order. */
export type OrderType = (typeof ORDER_TYPES)[number];
/** How long an order may live here. */
export const TIMES_IN_FORCE = ['day', 'gtc', 'ioc', 'fok'] as const;
/** How long an order may live. */
export type TimeInForce = (typeof TIMES_IN_FORCE)[number];
/** How orders may be tied together: an entry with two exits, two exits, an entry with one exit. */
export const ORDER_CLASSES = ['simple', 'bracket', 'oco', 'oto'] as const;
/** How an order is tied to others. */
export type OrderClass = (typeof ORDER_CLASSES)[number];
/** What an order does to the position. */
export type PositionIntent = 'buy_to_open' | 'buy_to_close' | 'sell_to_open' | 'sell_to_close';
/** Where an order stands, in Alpaca's words; `held` waits for the order that activates it. */
export type OrderStatus =
  'new' | 'held' | 'partially_filled' | 'filled' | 'canceled' | 'expired' | 'rejected' | 'replaced';
/** The ends an order can come to without being filled. */
export type OrderEnd = 'canceled' | 'expired' | 'rejected' | 'replaced';

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
  /** What sets a stop, stop-limit or trailing stop off; of a trailing stop it follows the market. */
  stopPrice?: Decimal | undefined;
  /** How far a trailing stop stays behind the market, in dollars. */
  trailPrice?: Decimal | undefined;
  /** How far a trailing stop stays behind the market, in hundredths of its mark. */
  trailPercent?: Decimal | undefined;
  /** Dollars to be spent or taken in place of a quantity; `quantity` is then what they buy at the latest price. */
  notional?: Decimal | undefined;
  /** Whether it may never take what is offered. */
  postOnly?: boolean | undefined;
  intent?: PositionIntent | undefined;
  orderClass?: OrderClass | undefined;
  /** The order that this one is a leg of. */
  parentId?: string | undefined;
  /** Shared by orders of which one ends the other. */
  ocoGroup?: string | undefined;
  /** The order whose place this one has taken. */
  replaces?: string | undefined;
}

/** An order and how far it has come; `filledNotional` and `commission` are sums over its executions. */
export interface Order extends OrderTerms {
  status: OrderStatus;
  filledQuantity: Decimal;
  filledNotional: Decimal;
  commission: Decimal;
  updatedAt: string;
  /** When a stop was set off. */
  triggeredAt?: string | undefined;
  /** The best price a trailing stop has seen: the highest bid for a sell, the lowest ask for a buy. */
  highWaterMark?: Decimal | undefined;
  /** The order that has taken this one's place. */
  replacedBy?: string | undefined;
}

/** What can happen to an order; `late` executions come after its cancellation or expiry, the others only while it is open. */
export type OrderEvent =
  | { type: 'executed'; quantity: Decimal; price: Decimal; commission: Decimal; at: string; late?: boolean }
  | { type: 'ended'; as: OrderEnd; at: string; replacedBy?: string }
  | { type: 'activated'; at: string }
  | { type: 'resized'; quantity: Decimal; at: string };

/** The order that terms begin as, working at once or held until another order activates it. */
export function openedOrder(terms: OrderTerms, status: 'new' | 'held' = 'new'): Order {
  const zero = new Decimal(0);
  return {
    ...terms,
    status,
    filledQuantity: zero,
    filledNotional: zero,
    commission: zero,
    updatedAt: terms.createdAt,
  };
}

/** Whether the order has not come to its end. */
export function isOpen(order: Order): boolean {
  return isWorking(order) || order.status === 'held';
}

/** Whether the order may trade. */
export function isWorking(order: Order): boolean {
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

/** The order after an event; throws when the order cannot have it, or the execution is more than it has left. */
export function evolve(order: Order, event: OrderEvent): Order {
  const isLate = event.type === 'executed' && event.late === true && LATE_FILLS_AFTER.has(order.status);
  if (!isOpen(order) && !isLate) throw new Error(`order ${order.id} is ${order.status} and cannot be ${event.type}`);
  switch (event.type) {
    case 'ended':
      return {
        ...order,
        status: event.as,
        updatedAt: event.at,
        ...(event.replacedBy === undefined ? {} : { replacedBy: event.replacedBy }),
      };
    case 'activated':
      return { ...order, status: 'new', updatedAt: event.at };
    case 'resized':
      return { ...order, quantity: event.quantity, updatedAt: event.at };
    case 'executed':
      return executed(order, event);
  }
}

const LATE_FILLS_AFTER: ReadonlySet<OrderStatus> = new Set(['canceled', 'expired']);

function executed(order: Order, event: Extract<OrderEvent, { type: 'executed' }>): Order {
  if (event.quantity.lte(0) || event.quantity.gt(leaves(order))) {
    throw new Error(
      `order ${order.id} has ${leaves(order).toFixed()} left and cannot execute ${event.quantity.toFixed()}`,
    );
  }
  const filledQuantity = order.filledQuantity.plus(event.quantity);
  const statusWhileOpen = filledQuantity.eq(order.quantity) ? 'filled' : 'partially_filled';
  return {
    ...order,
    filledQuantity,
    filledNotional: order.filledNotional.plus(event.quantity.times(event.price)),
    commission: order.commission.plus(event.commission),
    status: event.late === true ? order.status : statusWhileOpen,
    updatedAt: event.at,
  };
}
