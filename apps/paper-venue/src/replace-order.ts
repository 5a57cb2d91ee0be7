import type { Decimal } from '@ballast/money';
import { decideAdmission, decideIncrements } from './domain/admission.js';
import { assetOf } from './domain/asset.js';
import { endOfDay } from './domain/moments.js';
import { isOpen, type Order, type OrderTerms, type TimeInForce } from './domain/order.js';
import { malformed, notFound, unprocessable } from './domain/refusal.js';
import type { Exchange } from './exchange.js';
import { admissionFacts, trade } from './place-order.js';

/** What of an order is to be different; `quantity` is the whole of it, what has already filled included. */
export interface OrderChanges {
  quantity: Decimal | undefined;
  timeInForce: TimeInForce | undefined;
  limitPrice: Decimal | undefined;
  stopPrice: Decimal | undefined;
  /** The new trail price or trail percent, whichever the order has. */
  trail: Decimal | undefined;
  clientOrderId: string | undefined;
}

/**
 * Ends an open order as `replaced` and puts another in its place with the changes and what the old one had left; it trades
 * at once as far as the market allows. Throws a Refusal, and changes nothing, when it may not.
 */
export function replaceOrder(exchange: Exchange, id: string, changes: OrderChanges): Order {
  const order = openOrder(exchange, id);
  const asset = assetOf(order.symbol);
  if (!asset) throw notFound(`asset not found for ${order.symbol}`);
  if (changes.clientOrderId !== undefined && exchange.store.orderOfClient(changes.clientOrderId)) {
    throw malformed('client_order_id must be unique');
  }
  const terms = changedTerms(exchange, order, changes);
  const isHeld = order.status === 'held';
  const refusal = isHeld
    ? decideIncrements(terms, asset)
    : decideAdmission(terms, admissionFacts(exchange, asset, order));
  if (refusal) throw refusal;

  const turn = exchange.turn(order.symbol);
  turn.end(order, 'replaced', terms.id);
  const successor = isHeld ? turn.hold(terms) : turn.open(terms);
  turn.adopt(order, successor);
  if (!isHeld) trade(turn, successor);
  exchange.commit(turn);
  return turn.current(successor);
}

function openOrder(exchange: Exchange, id: string): Order {
  const order = exchange.books.open.get(id);
  if (order && isOpen(order)) return order;
  const closed = exchange.store.order(id);
  throw closed
    ? unprocessable(`cannot replace order in ${closed.status} status`)
    : notFound(`order not found for ${id}`);
}

function changedTerms(exchange: Exchange, order: Order, changes: OrderChanges): OrderTerms {
  if (order.notional !== undefined) throw unprocessable('notional orders cannot be replaced');
  const needs = { limitPrice: changes.limitPrice, stopPrice: changes.stopPrice };
  for (const [name, value] of Object.entries(needs)) {
    if (value !== undefined && order[name as keyof typeof needs] === undefined) {
      throw unprocessable(`a ${order.type} order has no such price to replace`);
    }
  }
  if (changes.trail !== undefined && order.type !== 'trailing_stop')
    throw unprocessable('trail needs a trailing_stop order');
  if (changes.quantity !== undefined && order.ocoGroup !== undefined) {
    throw unprocessable('qty of an exit that excludes another cannot be replaced');
  }
  const quantity = (changes.quantity ?? order.quantity).minus(order.filledQuantity);
  if (quantity.lte(0)) throw unprocessable('qty must be more than what has been filled');
  const [id, createdAt] = [exchange.source.newId(), exchange.source.nextMoment()];
  const timeInForce = changes.timeInForce ?? order.timeInForce;
  return {
    ...priced(order, changes),
    id,
    clientOrderId: changes.clientOrderId ?? id,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    timeInForce,
    quantity,
    createdAt,
    expiresAt: timeInForce === 'day' ? endOfDay(createdAt) : undefined,
    intent: order.intent,
    postOnly: order.postOnly,
    orderClass: order.orderClass,
    parentId: order.parentId,
    ocoGroup: order.ocoGroup,
    replaces: order.id,
  };
}

/** The prices after the changes; a trailing stop begins its mark anew. */
function priced(
  order: Order,
  changes: OrderChanges,
): Pick<OrderTerms, 'limitPrice' | 'stopPrice' | 'trailPrice' | 'trailPercent'> {
  const isTrailing = order.type === 'trailing_stop';
  return {
    limitPrice: changes.limitPrice ?? order.limitPrice,
    stopPrice: isTrailing ? undefined : (changes.stopPrice ?? order.stopPrice),
    trailPrice: order.trailPrice && (changes.trail ?? order.trailPrice),
    trailPercent: order.trailPercent && (changes.trail ?? order.trailPercent),
  };
}
