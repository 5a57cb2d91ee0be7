import { CAPITAL_ASSET, Decimal, decimal, decimalText, unitsText } from '@ballast/money';
import type { TradeDirection } from '@ballast/contracts/orders';
import { sellableQuantity, tradeOf } from './book.js';
import type { PlacementFacts, PlacementTerms, Rung } from './placement.js';
import { isOfShort, isShort } from './trade.js';
import { dateOf } from './trading-day.js';
import { minuteOf } from './placement-rate.js';
import { worstNotional } from './worst-cost.js';

/** The rung, for what opens a position or makes it larger: an exit is never kept from making it smaller. */
const forEntries =
  (rung: Rung): Rung =>
  (terms, facts, symbol) =>
    terms.intent === 'entry' ? rung(terms, facts, symbol) : undefined;

/** What would be too much: for one order, for all that the profile holds and has asked for, and after its losses. */
export const RISK_RUNGS: readonly Rung[] = [
  (terms, facts) => {
    const notional = worstNotional(terms, facts);
    const { orderNotionalUsdMax } = facts.limits;
    return notional.lte(orderNotionalUsdMax)
      ? undefined
      : { code: 'notional-above-limit', limit: decimalText(orderNotionalUsdMax), value: decimalText(notional) };
  },

  forEntries((terms, facts) => {
    const exposure = exposureUsd(terms, facts);
    const { positionUsdMax } = facts.limits;
    return exposure.lte(positionUsdMax)
      ? undefined
      : { code: 'position-above-limit', limit: decimalText(positionUsdMax), value: decimalText(exposure) };
  }),

  forEntries((terms, facts) => {
    const { concentrationRatioMax } = facts.limits;
    const { capitalUnits } = facts.book;
    if (concentrationRatioMax === undefined || capitalUnits === undefined || capitalUnits <= 0n) return undefined;
    const ratio = exposureUsd(terms, facts).div(usd(capitalUnits));
    // Rounded up, so that what is told as the value is above the limit wherever the exact share is.
    return ratio.lte(concentrationRatioMax)
      ? undefined
      : {
          code: 'concentration-above-limit',
          limit: decimalText(concentrationRatioMax),
          value: decimalText(ratio.toDecimalPlaces(RATIO_DIGITS, Decimal.ROUND_UP)),
        };
  }),

  (_terms, { book, limits }) =>
    book.liveOrders < limits.openOrdersMax
      ? undefined
      : { code: 'open-orders-above-limit', limit: `${limits.openOrdersMax}`, value: `${book.liveOrders + 1}` },

  forEntries((_terms, { book: { rate }, limits: { ordersPerMinuteMax }, nowMs }) => {
    const placed = rate?.minute === minuteOf(nowMs) ? rate.entries : 0;
    return placed < ordersPerMinuteMax
      ? undefined
      : { code: 'order-rate-above-limit', limit: `${ordersPerMinuteMax} a minute`, value: `${placed + 1}` };
  }),

  forEntries((_terms, facts) => {
    const lost = usd(-(today(facts)?.resultUnits ?? 0n));
    const { dailyLossUsdMax } = facts.limits;
    return lost.lt(dailyLossUsdMax)
      ? undefined
      : { code: 'daily-loss-reached', limit: decimalText(dailyLossUsdMax), value: decimalText(lost) };
  }),

  forEntries((_terms, facts) => {
    const losses = today(facts)?.lossesInARow ?? 0;
    const { lossesInARowMax } = facts.limits;
    return losses < lossesInARowMax
      ? undefined
      : { code: 'losses-in-a-row-reached', limit: `${lossesInARowMax}`, value: `${losses}` };
  }),

  forEntries((terms, { book }) => {
    const trade = tradeOf(book, terms.symbol);
    return trade === undefined || isShort(trade) === isOfShort(terms)
      ? undefined
      : { code: 'trade-in-other-direction', limit: directionOf(isShort(trade)), value: directionOf(isOfShort(terms)) };
  }),

  forEntries(({ symbol }, { book }) => {
    const live = tradeOf(book, symbol)?.liveEntries ?? 0;
    return live < book.entriesPerSymbolMax
      ? undefined
      : { code: 'entry-already-live', limit: `${book.entriesPerSymbolMax}`, value: `${live + 1}` };
  }),

  (terms, { book }) => {
    if (terms.intent === 'entry') return undefined;
    const trade = tradeOf(book, terms.symbol);
    const isMeant = trade !== undefined && isShort(trade) === isOfShort(terms);
    const named = isMeant && (terms.tradeId === undefined || terms.tradeId === trade.tradeId);
    const sellable = named ? sellableQuantity(book, terms.symbol) : new Decimal(0);
    return terms.quantity.lte(sellable)
      ? undefined
      : { code: 'exit-above-position', limit: decimalText(sellable), value: decimalText(terms.quantity) };
  },
];

/** Digits of a share of the capital as it is told. */
const RATIO_DIGITS = 4;

function directionOf(short: boolean): TradeDirection {
  return short ? 'short' : 'long';
}

/** What the profile holds of the symbol at cost, with what its live entries and this order may still cost. */
function exposureUsd(terms: PlacementTerms, facts: PlacementFacts): Decimal {
  const held = usd(tradeOf(facts.book, terms.symbol)?.costUnits ?? 0n);
  return held.plus(facts.askedForUsd).plus(worstNotional(terms, facts));
}

function today({ book: { day }, nowMs }: PlacementFacts): PlacementFacts['book']['day'] {
  return day?.date === dateOf(new Date(nowMs).toISOString()) ? day : undefined;
}

function usd(units: bigint): Decimal {
  return decimal(unitsText(units, CAPITAL_ASSET));
}
