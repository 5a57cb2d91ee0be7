import type { DecisionFacts } from '@ballast/contracts/orders';
import { decimalText } from '@ballast/money';
import { sellableQuantity } from './book.js';
import type { PlacementFacts } from './placement.js';

/** What a decision on an order in this symbol was made from, as its event tells it. */
export function decisionFacts(symbolName: string, { book, controls, symbol }: PlacementFacts): DecisionFacts {
  return {
    ...(symbol && {
      bid: decimalText(symbol.bid),
      ask: decimalText(symbol.ask),
      quotedAt: new Date(symbol.quotedAtMs).toISOString(),
    }),
    sellable: decimalText(sellableQuantity(book, symbolName)),
    liveOrders: book.liveOrders,
    controlsEpoch: controls.epoch,
  };
}
