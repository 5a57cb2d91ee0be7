import { Decimal } from '@ballast/money';
import { decideAdmission, decideIncrements, intentFor, type AdmissionFacts } from './domain/admission.js';
import { assetOf, type Asset } from './domain/asset.js';
import { heldByClosings } from './domain/holds.js';
import { quantityFor } from './domain/matching.js';
import { endOfDay } from './domain/moments.js';
import {
  isOpen,
  isWorking,
  type Order,
  type OrderClass,
  type OrderTerms,
  type OrderType,
  type Side,
  type TimeInForce,
} from './domain/order.js';
import { flat } from './domain/position.js';
import { malformed, unprocessable } from './domain/refusal.js';
import type { Turn } from './domain/turn.js';
import type { Exchange } from './exchange.js';
import { legTerms } from './order-legs.js';

/** The prices that an order of some type carries. */
export interface OrderPrices {
  limitPrice?: Decimal | undefined;
  stopPrice?: Decimal | undefined;
  trailPrice?: Decimal | undefined;
  trailPercent?: Decimal | undefined;
}

/** An order as a client asks for it: of a quantity or of a notional, with the exits of its class. */
export interface PlaceOrderRequest extends OrderPrices {
  symbol: string;
  side: Side;
  type: OrderType;
  timeInForce: TimeInForce;
  quantity: Decimal | undefined;
  notional: Decimal | undefined;
  clientOrderId: string | undefined;
  postOnly: boolean;
  orderClass: OrderClass;
  takeProfit: { limitPrice: Decimal } | undefined;
  stopLoss: { stopPrice: Decimal; limitPrice: Decimal | undefined } | undefined;
}

/** An order as it was taken, with its legs where it has some. */
export interface PlacedOrder {
  order: Order;
  legs: readonly Order[];
}

/** What becomes of a new order besides what the market does with it; for tests of the venue's clients. */
export type PlacementTwist = 'fill' | 'rest' | 'reject';

/**
 * Takes an order and trades it at once as far as the market allows; what is left rests, or ends for `ioc` and `fok`.
 * Throws a Refusal when the order may not be taken.
 */
export function placeOrder(exchange: Exchange, request: PlaceOrderRequest, twist?: PlacementTwist): PlacedOrder {
  const asset = assetOf(request.symbol);
  if (!asset) throw unprocessable(`asset "${request.symbol}" not found`);
  if (request.clientOrderId !== undefined && exchange.store.orderOfClient(request.clientOrderId)) {
    throw malformed('client_order_id must be unique');
  }
  const facts = admissionFacts(exchange, asset);
  const terms = termsOf(exchange, { ...request, symbol: asset.symbol }, facts);
  const legs = legTerms(terms, request, exchange.source);
  const refusal = decideAdmission(terms, facts) ?? legs.map((leg) => decideIncrements(leg, asset)).find(Boolean);
  if (refusal) throw refusal;

  const turn = exchange.turn(asset.symbol);
  const opened = turn.open(terms);
  const isExitPair = terms.orderClass === 'oco';
  const held = legs.map((leg) => (isExitPair ? turn.open(leg) : turn.hold(leg)));
  trade(turn, opened, twist);
  if (isExitPair && twist === undefined) held.forEach((leg) => turn.match(leg));
  exchange.commit(turn);
  return { order: turn.current(opened), legs: held.map((leg) => turn.current(leg)) };
}

/** What the venue knows about a symbol and the account when an order arrives, or one takes the place of `without`. */
export function admissionFacts(exchange: Exchange, asset: Asset, without?: Order): AdmissionFacts {
  const others = [...exchange.books.open.values()].filter((order) => !isOf(order, without));
  return {
    asset,
    tick: exchange.books.ticks.get(asset.symbol),
    position: exchange.books.positions.get(asset.symbol) ?? flat(asset.symbol),
    buyingPower: exchange.buyingPower(without),
    heldForOrders: heldByClosings(others, asset.symbol),
    isShortingAllowed: exchange.rules.isShortingAllowed,
  };
}

/** Whether an order is the one that is replaced, or sells the same as it: the two exits of a pair. */
function isOf(order: Order, replaced: Order | undefined): boolean {
  if (replaced === undefined) return false;
  return order.id === replaced.id || (order.ocoGroup !== undefined && order.ocoGroup === replaced.ocoGroup);
}

/** Lets the market have the order, and ends what may not rest. */
export function trade(turn: Turn, order: Order, twist?: PlacementTwist): void {
  if (twist === 'rest') return;
  if (twist === 'reject') {
    turn.end(order, 'rejected');
    return;
  }
  const matched = twist === 'fill' ? turn.fill(order) : turn.match(order);
  const endsNow = matched.timeInForce === 'ioc' || matched.timeInForce === 'fok';
  if (endsNow && isWorking(matched) && isOpen(turn.current(matched))) turn.end(matched, 'canceled');
}

function termsOf(exchange: Exchange, request: PlaceOrderRequest, facts: AdmissionFacts): OrderTerms {
  const id = exchange.source.newId();
  const createdAt = exchange.source.nextMoment();
  const { takeProfit: _takeProfit, stopLoss: _stopLoss, postOnly, ...asked } = request;
  return {
    ...asked,
    id,
    clientOrderId: request.clientOrderId ?? id,
    quantity: request.quantity ?? notionalQuantity(request, facts),
    limitPrice: request.limitPrice,
    intent: intentFor(request.side, facts),
    createdAt,
    expiresAt: request.timeInForce === 'day' ? endOfDay(createdAt) : undefined,
    ...(postOnly ? { postOnly } : {}),
    ...(request.orderClass === 'oco' ? { ocoGroup: id } : {}),
  };
}

function notionalQuantity(request: PlaceOrderRequest, { asset, tick }: AdmissionFacts): Decimal {
  const price = request.limitPrice ?? (request.side === 'buy' ? tick?.ask : tick?.bid);
  if (price === undefined) throw unprocessable(`asset "${asset.symbol}" has no price yet`);
  return quantityFor(request.notional ?? new Decimal(0), price, asset.quantityIncrement);
}
