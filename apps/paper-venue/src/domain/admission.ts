import { decimalText, type Decimal } from '@ballast/money';
import type { Asset } from './asset.js';
import { costOfOpening } from './holds.js';
import type { OrderTerms, PositionIntent } from './order.js';
import type { Position } from './position.js';
import { forbidden, unprocessable, type Refusal } from './refusal.js';
import type { Tick } from './tick.js';

/** What the venue knows when an order arrives. */
export interface AdmissionFacts {
  asset: Asset;
  /** Undefined before the symbol's first price. */
  tick: Tick | undefined;
  position: Position;
  /** Cash that no open order and no short position has spoken for. */
  buyingPower: Decimal;
  /** What open orders that close the position have spoken for. */
  heldForOrders: Decimal;
  isShortingAllowed: boolean;
}

/** What an order would do: a sell closes what is owned, a buy closes what is owed, and with nothing to close both open. */
export function intentFor(
  side: OrderTerms['side'],
  facts: Pick<AdmissionFacts, 'position' | 'isShortingAllowed'>,
): PositionIntent {
  const { quantity } = facts.position;
  if (side === 'buy') return quantity.lt(0) ? 'buy_to_close' : 'buy_to_open';
  return quantity.gt(0) || !facts.isShortingAllowed ? 'sell_to_close' : 'sell_to_open';
}

/** Says why an order may not be taken, or undefined when it may: increments, a price, buying power or the position, then whether it must rest. */
export function decideAdmission(order: OrderTerms, facts: AdmissionFacts): Refusal | undefined {
  return decideIncrements(order, facts.asset) ?? decidePower(order, facts) ?? decideRest(order, facts);
}

/** Says why the quantity or a price of an order does not fit the asset's steps, or undefined when all do. */
export function decideIncrements(order: OrderTerms, asset: Asset): Refusal | undefined {
  if (!order.quantity.mod(asset.quantityIncrement).isZero()) {
    return unprocessable(
      `invalid qty ${decimalText(order.quantity)}. increment is ${decimalText(asset.quantityIncrement)}`,
    );
  }
  if (order.quantity.lt(asset.quantityMin)) {
    return unprocessable(`qty must be >= ${decimalText(asset.quantityMin)} for ${asset.symbol}`);
  }
  const prices = { limit_price: order.limitPrice, stop_price: order.stopPrice, trail_price: order.trailPrice };
  for (const [name, price] of Object.entries(prices)) {
    if (price === undefined || price.mod(asset.priceIncrement).isZero()) continue;
    return unprocessable(
      `invalid ${name} ${decimalText(price)}. sub-penny increment does not fulfill minimum pricing criteria`,
    );
  }
  return undefined;
}

function decidePower(order: OrderTerms, facts: AdmissionFacts): Refusal | undefined {
  const { asset, tick } = facts;
  if (tick === undefined) return unprocessable(`asset "${asset.symbol}" has no price yet`);
  if (order.intent === 'buy_to_close' || order.intent === 'sell_to_close') return decideOwnership(order, facts);
  if (order.intent === 'sell_to_open') {
    if (asset.class === 'crypto') return unprocessable(`asset "${asset.symbol}" cannot be sold short`);
    if (!order.quantity.isInteger()) return unprocessable('fractional orders cannot be sold short');
  }
  return decideBuyingPower(order, facts, tick);
}

function decideRest({ postOnly, side, limitPrice }: OrderTerms, { tick }: AdmissionFacts): Refusal | undefined {
  if (postOnly !== true || limitPrice === undefined || tick === undefined) return undefined;
  const takes = side === 'buy' ? limitPrice.gte(tick.ask) : limitPrice.lte(tick.bid);
  return takes ? unprocessable(`post_only order at ${decimalText(limitPrice)} would take what is offered`) : undefined;
}

function decideBuyingPower(order: OrderTerms, facts: AdmissionFacts, tick: Tick): Refusal | undefined {
  const cost = costOfOpening(order, tick.ask);
  if (cost.lte(facts.buyingPower)) return undefined;
  return forbidden('insufficient buying power', {
    buying_power: decimalText(facts.buyingPower),
    cost_basis: decimalText(cost),
  });
}

function decideOwnership(order: OrderTerms, facts: AdmissionFacts): Refusal | undefined {
  const available = facts.position.quantity.abs().minus(facts.heldForOrders);
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
