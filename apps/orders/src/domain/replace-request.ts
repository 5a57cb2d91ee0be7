import { decimal, decimalText } from '@ballast/money';
import type { PlaceOrderRequest, ReplaceOrderRequest } from '@ballast/contracts/orders';
import { conditionTexts, conditionsOf } from './conditions.js';
import type { WantedTerms } from './decide-replacement.js';
import type { Order } from './order.js';
import { trailOf } from './waiting.js';

/** The order as it would have to be placed to have these terms, so that what contradicts itself is found the same way. */
export function mergedRequest(order: Order, changes: ReplaceOrderRequest): PlaceOrderRequest {
  const { profileId, symbol, side, type, intent } = order;
  const { quantity, limitPrice, timeInForce, conditions } = wantedTerms(order, changes);
  const { notional: _decided, stopPrice, ...texts } = conditionTexts(conditions);
  // Where a stop that trails here stands follows from its trail; nobody names it.
  const isFound = trailOf(order) !== undefined && changes.stopPrice === undefined;
  return {
    ...{ profileId, symbol, side, type, intent, timeInForce },
    quantity: decimalText(quantity),
    ...(limitPrice === undefined ? {} : { limitPrice: decimalText(limitPrice) }),
    ...texts,
    ...(stopPrice === undefined || isFound ? {} : { stopPrice }),
  };
}

/**
 * The terms that the order is to have: those asked for, and its own for the rest. A date goes with `gtd`, and the money that
 * was named in place of a quantity goes when there is another quantity.
 */
export function wantedTerms(order: Order, changes: ReplaceOrderRequest): WantedTerms {
  const { quantity, limitPrice, timeInForce, ...conditions } = changes;
  const { expiresAt, notional, ...others } = conditionTexts(order.conditions);
  const isLetGo = timeInForce !== undefined && timeInForce !== 'gtd';
  const kept = {
    ...others,
    ...(expiresAt !== undefined && !isLetGo ? { expiresAt } : {}),
    ...(notional !== undefined && quantity === undefined ? { notional } : {}),
  };
  return {
    quantity: quantity === undefined ? order.quantity : decimal(quantity),
    limitPrice: limitPrice === undefined ? order.limitPrice : decimal(limitPrice),
    timeInForce: timeInForce ?? order.timeInForce,
    conditions: conditionsOf({ ...kept, ...conditions }),
  };
}
