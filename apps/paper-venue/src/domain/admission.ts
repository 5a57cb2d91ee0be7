import { Decimal, decimalText } from '@ballast/money';
import type { Asset } from './asset.js';
import { COMMISSION_DECIMALS, COMMISSION_RATE } from './commission.js';
import { isOpen, leaves, type Order, type OrderTerms } from './order.js';
import type { Position } from './position.js';
import { forbidden, unprocessable, type Refusal } from './refusal.js';
import type { Tick } from './tick.js';

/** What the venue knows when an order arrives. */
export interface AdmissionFacts {
  asset: Asset;
  /** Undefined before the symbol's first price. */
  tick: Tick | undefined;
  position: Position;
  /** Cash that no open buy has spoken for. */
  buyingPower: Decimal;
  /** What open sells of the symbol have spoken for. */
  heldForOrders: Decimal;
}

/** Says why an order may not be taken, or undefined when it may: increments, a price, then buying power or the position. */
export function decideAdmission(order: OrderTerms, facts: AdmissionFacts): Refusal | undefined {
  const { asset, tick } = facts;
  if (!order.quantity.mod(asset.quantityIncrement).isZero()) {
    return unprocessable(
      `invalid qty ${decimalText(order.quantity)}. increment is ${decimalText(asset.quantityIncrement)}`,
    );
  }
  if (order.quantity.lt(asset.quantityMin)) {
    return unprocessable(`qty must be >= ${decimalText(asset.quantityMin)} for ${asset.symbol}`);
  }
  if (order.limitPrice && !order.limitPrice.mod(asset.priceIncrement).isZero()) {
    return unprocessable(
      `invalid limit_price ${decimalText(order.limitPrice)}. sub-penny increment does not fulfill minimum pricing criteria`,
    );
  }
  if (tick === undefined) return unprocessable(`asset "${asset.symbol}" has no price yet`);
  return order.side === 'buy' ? decideBuyingPower(order, facts, tick) : decideOwnership(order, facts);
}

/** The most that the open part of a buy can cost with its commission, in dollars rounded up to cents. */
export function costAtMost(quantity: Decimal, price: Decimal): Decimal {
  return quantity.times(price).times(COMMISSION_RATE.plus(1)).toDecimalPlaces(COMMISSION_DECIMALS, Decimal.ROUND_UP);
}

/** What open buys have spoken for; a market order counts at the ask of its symbol now. */
export function heldByBuys(orders: Iterable<Order>, askOf: (symbol: string) => Decimal | undefined): Decimal {
  let held = new Decimal(0);
  for (const order of orders) {
    if (order.side !== 'buy' || !isOpen(order)) continue;
    held = held.plus(costAtMost(leaves(order), order.limitPrice ?? askOf(order.symbol) ?? new Decimal(0)));
  }
  return held;
}

/** What open sells of a symbol have spoken for. */
export function heldBySells(orders: Iterable<Order>, symbol: string): Decimal {
  let held = new Decimal(0);
  for (const order of orders) {
    if (order.side === 'sell' && order.symbol === symbol && isOpen(order)) held = held.plus(leaves(order));
  }
  return held;
}

function decideBuyingPower(order: OrderTerms, facts: AdmissionFacts, tick: Tick): Refusal | undefined {
  const cost = costAtMost(order.quantity, order.limitPrice ?? tick.ask);
  if (cost.lte(facts.buyingPower)) return undefined;
  return forbidden('insufficient buying power', {
    buying_power: decimalText(facts.buyingPower),
    cost_basis: decimalText(cost),
  });
}

function decideOwnership(order: OrderTerms, facts: AdmissionFacts): Refusal | undefined {
  const available = facts.position.quantity.minus(facts.heldForOrders);
  if (order.quantity.lte(available)) return undefined;
  const requested = decimalText(order.quantity);
  return forbidden(
    `insufficient qty available for order (requested: ${requested}, available: ${decimalText(available)})`,
    {
      available: decimalText(available),
      existing_qty: decimalText(facts.position.quantity),
      held_for_orders: decimalText(facts.heldForOrders),
      symbol: order.symbol,
    },
  );
}
