import { CAPITAL_ASSET, Decimal, decimal, decimalText } from '@ballast/money';
import type { OrderExitsDueV1 } from '@ballast/contracts/orders';
import { sellableQuantity, tradeOf } from './book.js';
import type { Book } from './book.js';
import { conditionTexts } from './conditions.js';
import { coveredBy, coveringOrderId } from './covering.js';
import type { Controls } from './controls.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { reference } from './submission.js';
import { isShort } from './trade.js';

/**
 * That exits for exactly what an execution of an entry filled are to be placed, where the entry named a take profit or a
 * stop loss. Each fill has exits of its own, so that together they cover what is filled, whatever becomes of the rest.
 */
export function exitsDue(order: Order, executed: OrderEvent): readonly OrderEvent[] {
  const { takeProfitPrice, stopLossPrice, stopLossLimitPrice } = order.conditions;
  const hasExits = takeProfitPrice !== undefined || stopLossPrice !== undefined;
  if (executed.fact !== 'executed' || order.intent === 'exit' || !hasExits) return [];
  const { executionNumber, quantity } = executed.data;
  const prices = {
    ...(takeProfitPrice && { takeProfitPrice }),
    ...(stopLossPrice && { stopLossPrice }),
    ...(stopLossLimitPrice && { stopLossLimitPrice }),
  };
  const data = {
    ...reference(order),
    exitOrderId: coveringOrderId({ orderId: order.id, executionNumber, attempt: 1 }),
    executionNumber,
    tradeId: order.tradeId,
    symbol: order.symbol,
    quantity,
    ...conditionTexts(prices),
  };
  return [{ fact: 'exits-due', data }];
}

/**
 * The placement of exits that are due, as one order: a limit at the take profit with the stop loss beside it, or the one
 * of them that was named. It covers no more than is held, or owed, and not being closed already; nothing where that is nothing.
 * What it does not cover stays outstanding in the trade until whatever has claimed it lets go.
 */
export function decideExits(
  due: OrderExitsDueV1,
  book: Book,
  { epoch }: Pick<Controls, 'epoch'>,
): readonly OrderEvent[] {
  const { profileId, symbol } = due;
  const trade = tradeOf(book, symbol);
  const outstanding = trade?.outstanding?.[due.exitOrderId]?.quantity ?? decimal(due.quantity);
  const quantity = Decimal.min(outstanding, sellableQuantity(book, symbol));
  if (quantity.lte(0)) return [];
  const side = trade !== undefined && isShort(trade) ? 'buy' : 'sell';
  return [
    {
      fact: 'placed',
      data: {
        ...{ orderId: due.exitOrderId, profileId, symbol, side, intent: 'exit', timeInForce: 'gtc' },
        ...pricesOf(due),
        quantity: decimalText(quantity),
        tradeId: trade?.tradeId ?? due.tradeId,
        holdUnits: '0',
        asset: CAPITAL_ASSET,
        covers: coveredBy(due),
        facts: {
          sellable: decimalText(sellableQuantity(book, symbol)),
          liveOrders: book.liveOrders,
          controlsEpoch: epoch,
        },
      },
    },
  ];
}

function pricesOf({ takeProfitPrice, stopLossPrice, stopLossLimitPrice }: OrderExitsDueV1) {
  const limitOf = (limitPrice: string) => ({ limitPrice, boundPrice: limitPrice });
  if (takeProfitPrice !== undefined) {
    const stop = { ...(stopLossPrice && { stopLossPrice }), ...(stopLossLimitPrice && { stopLossLimitPrice }) };
    return { type: 'limit', ...limitOf(takeProfitPrice), ...stop } as const;
  }
  const stop = { ...(stopLossPrice && { stopPrice: stopLossPrice }) };
  return stopLossLimitPrice === undefined
    ? ({ type: 'stop', ...stop } as const)
    : ({ type: 'stop-limit', ...stop, ...limitOf(stopLossLimitPrice) } as const);
}
