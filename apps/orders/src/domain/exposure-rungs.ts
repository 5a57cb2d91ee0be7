import { Decimal, decimalText } from '@ballast/money';
import { sellableQuantity, tradeOf } from './book.js';
import type { Rung } from './placement.js';
import { worstNotional } from './worst-cost.js';

/** What would be too much, for one order or for all that the profile holds and has asked for. */
export const EXPOSURE_RUNGS: readonly Rung[] = [
  (terms, facts) => {
    const notional = worstNotional(terms, facts);
    return notional.lte(facts.limits.orderNotionalUsdMax)
      ? undefined
      : {
          code: 'notional-above-limit',
          limit: decimalText(facts.limits.orderNotionalUsdMax),
          value: decimalText(notional),
        };
  },

  (_terms, { book, limits }) =>
    book.liveOrders < limits.openOrdersMax
      ? undefined
      : { code: 'open-orders-above-limit', limit: `${limits.openOrdersMax}`, value: `${book.liveOrders + 1}` },

  ({ intent, symbol }, { book }) => {
    const live = tradeOf(book, symbol)?.liveEntries ?? 0;
    return intent === 'exit' || live < book.entriesPerSymbolMax
      ? undefined
      : { code: 'entry-already-live', limit: `${book.entriesPerSymbolMax}`, value: `${live + 1}` };
  },

  (terms, { book }) => {
    if (terms.intent === 'entry') return undefined;
    const named = terms.tradeId === undefined || terms.tradeId === tradeOf(book, terms.symbol)?.tradeId;
    const sellable = named ? sellableQuantity(book, terms.symbol) : new Decimal(0);
    return terms.quantity.lte(sellable)
      ? undefined
      : { code: 'exit-above-position', limit: decimalText(sellable), value: decimalText(terms.quantity) };
  },
];
