import type { OrderTerms, OrderType } from './domain/order.js';
import { endOfDay } from './domain/moments.js';
import { unprocessable } from './domain/refusal.js';
import type { TurnSource } from './domain/turn.js';
import type { OrderPrices, PlaceOrderRequest } from './place-order.js';

/**
 * The legs of an order: the two exits of a bracket, the one of an `oto`, the stop loss beside an `oco`'s take profit.
 * Throws a Refusal when the take profit is not beyond the stop loss, or the class and its exits do not belong together.
 */
export function legTerms(parent: OrderTerms, request: PlaceOrderRequest, source: TurnSource): OrderTerms[] {
  if (request.orderClass === 'simple') return [];
  const { takeProfit, stopLoss } = request;
  const exitSide = request.orderClass === 'oco' ? parent.side : parent.side === 'buy' ? 'sell' : 'buy';
  refuseCrossedExits(request, exitSide);
  const isPair = request.orderClass !== 'oto';
  const leg = (type: OrderType, prices: OrderPrices): OrderTerms => {
    const [id, createdAt] = [source.newId(), source.nextMoment()];
    return {
      id,
      clientOrderId: id,
      symbol: parent.symbol,
      side: exitSide,
      type,
      timeInForce: parent.timeInForce,
      quantity: parent.quantity,
      createdAt,
      expiresAt: parent.timeInForce === 'day' ? endOfDay(createdAt) : undefined,
      ...prices,
      limitPrice: prices.limitPrice,
      intent: exitSide === 'sell' ? 'sell_to_close' : 'buy_to_close',
      orderClass: request.orderClass,
      parentId: parent.id,
      ...(isPair ? { ocoGroup: parent.id } : {}),
    };
  };
  const legs: OrderTerms[] = [];
  if (takeProfit && request.orderClass !== 'oco') legs.push(leg('limit', takeProfit));
  if (stopLoss) legs.push(leg(stopLoss.limitPrice === undefined ? 'stop' : 'stop_limit', stopLoss));
  return legs;
}

function refuseCrossedExits({ takeProfit, stopLoss }: PlaceOrderRequest, exitSide: OrderTerms['side']): void {
  if (!takeProfit || !stopLoss) return;
  const [higher, lower] =
    exitSide === 'sell' ? [takeProfit.limitPrice, stopLoss.stopPrice] : [stopLoss.stopPrice, takeProfit.limitPrice];
  if (higher.gt(lower)) return;
  const relation = exitSide === 'sell' ? '>' : '<';
  throw unprocessable(`take_profit.limit_price must be ${relation} stop_loss.stop_price`);
}
