import type { Decimal } from '@ballast/money';
import { decideAdmission, heldBySells } from './domain/admission.js';
import { assetOf } from './domain/asset.js';
import { endOfDay } from './domain/moments.js';
import { isOpen, type Order, type OrderTerms, type OrderType, type Side, type TimeInForce } from './domain/order.js';
import { flat } from './domain/position.js';
import { malformed, unprocessable } from './domain/refusal.js';
import type { Exchange } from './exchange.js';

/** An order as a client asks for it. */
export interface PlaceOrderRequest {
  symbol: string;
  side: Side;
  type: OrderType;
  timeInForce: TimeInForce;
  quantity: Decimal;
  limitPrice: Decimal | undefined;
  clientOrderId: string | undefined;
}

/**
 * Takes an order and trades it at once as far as the market allows; what is left rests, or ends for `ioc` and `fok`.
 * Throws a Refusal when the order may not be taken.
 */
export function placeOrder(exchange: Exchange, request: PlaceOrderRequest): Order {
  const asset = assetOf(request.symbol);
  if (!asset) throw unprocessable(`asset "${request.symbol}" not found`);
  if (request.clientOrderId !== undefined && exchange.store.orderOfClient(request.clientOrderId)) {
    throw malformed('client_order_id must be unique');
  }
  const terms = termsOf(exchange, { ...request, symbol: asset.symbol });
  const refusal = decideAdmission(terms, {
    asset,
    tick: exchange.books.ticks.get(asset.symbol),
    position: exchange.books.positions.get(asset.symbol) ?? flat(asset.symbol),
    buyingPower: exchange.buyingPower(),
    heldForOrders: heldBySells(exchange.books.open.values(), asset.symbol),
  });
  if (refusal) throw refusal;

  const turn = exchange.turn(asset.symbol);
  const matched = turn.match(turn.open(terms));
  const endsNow = matched.timeInForce === 'ioc' || matched.timeInForce === 'fok';
  const order = endsNow && isOpen(matched) ? turn.end(matched, 'canceled') : matched;
  exchange.commit(turn);
  return order;
}

function termsOf(exchange: Exchange, request: PlaceOrderRequest): OrderTerms {
  const id = exchange.source.newId();
  const createdAt = exchange.source.nextMoment();
  return {
    ...request,
    id,
    clientOrderId: request.clientOrderId ?? id,
    createdAt,
    expiresAt: request.timeInForce === 'day' ? endOfDay(createdAt) : undefined,
  };
}
