import { DECIMAL_FRACTION_DIGITS_MAX, Decimal, decimalText } from '@ballast/money';
import type { OrderView } from '@ballast/contracts/orders';
import type { Order } from '../domain/order.js';
import { conditionTexts } from '../domain/conditions.js';
import { optional, optionalText } from './order-documents.js';

/** The order as callers see it. */
export function orderView(order: Order): OrderView {
  return {
    orderId: order.id,
    profileId: order.profileId,
    ...optional('clientOrderId', order.clientOrderId),
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    intent: order.intent,
    tradeId: order.tradeId,
    quantity: decimalText(order.quantity),
    ...optionalText('limitPrice', order.limitPrice),
    ...conditionTexts(order.conditions),
    state: order.state,
    pendingCancel: order.pendingCancel,
    pendingReplace: order.replacement !== undefined,
    ...optional('replaceRefusal', order.replaceRefusal),
    ...optional('replaceVenueReason', order.replaceVenueReason),
    filledQuantity: decimalText(order.filledQuantity),
    ...(!order.reversedQuantity.isZero() && { reversedQuantity: decimalText(order.reversedQuantity) }),
    ...optionalText('averagePrice', averagePrice(order)),
    fees: decimalText(order.fees),
    executions: order.executions,
    ...optional('refusal', order.refusal),
    ...optional('venueReason', order.venueReason),
    version: order.version,
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
  };
}

/** Half-even at the last decimal that a view can carry. */
function averagePrice({ executions, notional, filledQuantity }: Order): Decimal | undefined {
  if (executions === 0) return undefined;
  return notional.div(filledQuantity).toDecimalPlaces(DECIMAL_FRACTION_DIGITS_MAX, Decimal.ROUND_HALF_EVEN);
}
