import { decimal } from '@ballast/money';
import { newOrderId } from '@ballast/contracts';
import { UNTOUCHED_CONTROLS } from './controls.js';
import { NOW_MS, PROFILE_ID, emptyBook } from './given.js';
import { NOTHING_CLOSED } from './trade.js';
import { placementTerms } from './placement.js';
import type { PlacementFacts, PlacementTerms, SymbolFacts } from './placement.js';

/** A symbol in whole shares and cents, with a fresh quote. */
export const AAPL: SymbolFacts = {
  tradable: true,
  quantityScale: 0,
  quantityMin: decimal('1'),
  priceIncrement: decimal('0.01'),
  bid: decimal('99.99'),
  ask: decimal('100.00'),
  isShortable: true,
  quotedAtMs: NOW_MS,
};

/** Facts under which ten AAPL at 100 are placed. */
export const FACTS: PlacementFacts = {
  book: emptyBook(),
  controls: UNTOUCHED_CONTROLS,
  symbol: AAPL,
  venue: {
    orderTypes: ['market', 'limit', 'stop', 'stop-limit', 'trailing-stop', 'market-if-touched'],
    timesInForce: ['day', 'gtc', 'ioc', 'fok'],
    orderClasses: ['oco'],
    postOnly: true,
    short: true,
    feeRate: decimal('0.001'),
  },
  limits: {
    priceCollarRatio: decimal('0.05'),
    orderNotionalUsdMax: decimal('1000000'),
    positionUsdMax: decimal('2000000'),
    openOrdersMax: 100,
    ordersPerMinuteMax: 1_000,
    dailyLossUsdMax: decimal('1000'),
    lossesInARowMax: 3,
    shortCollateralRatio: decimal('1.5'),
    quoteAgeMsMax: 30_000,
    capitalWaitMsMax: 60_000,
  },
  askedForUsd: decimal('0'),
  nowMs: NOW_MS,
};

/** Ten AAPL, to be bought at 100 unless told otherwise. */
export function terms(changes: Partial<Parameters<typeof placementTerms>[0]> = {}): PlacementTerms {
  return placementTerms({
    orderId: newOrderId(PROFILE_ID, NOW_MS),
    profileId: PROFILE_ID,
    clientOrderId: undefined,
    symbol: 'AAPL',
    side: 'buy',
    type: 'limit',
    timeInForce: 'day',
    intent: 'entry',
    tradeId: undefined,
    quantity: '10',
    limitPrice: '100',
    ...changes,
  });
}

/** What makes an exit of the terms. */
export const EXIT = { side: 'sell', intent: 'exit' } as const;
/** Four AAPL are held and one of them is being sold. */
export const TRADE = {
  tradeId: 'trd_1',
  quantity: decimal('4'),
  costUnits: 39600n,
  feeUnits: 40n,
  exiting: decimal('1'),
  liveEntries: 0,
  closed: NOTHING_CLOSED,
};
