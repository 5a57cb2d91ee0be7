import { EXIT, FACTS, TRADE } from '../domain/given-placement.js';
import { NOW_MS, emptyBook } from '../domain/given.js';
import { minuteOf } from '../domain/placement-rate.js';
import { decimal } from '@ballast/money';
import { HOLDING, TODAY } from './placement-row.js';
import type { RefusalRow } from './placement-row.js';

/** What would be too much. */
export const RISK_REFUSALS: readonly RefusalRow[] = [
  {
    name: 'a notional above the limit',
    terms: { quantity: '10001' },
    refusal: { code: 'notional-above-limit', limit: '1000000', value: '1000100' },
  },
  {
    name: 'a position worth a cent more than may be, with what is held and asked for',
    facts: {
      limits: { ...FACTS.limits, positionUsdMax: decimal('2395.99') },
      askedForUsd: decimal('1000'),
      book: HOLDING,
    },
    refusal: { code: 'position-above-limit', limit: '2395.99', value: '2396' },
  },
  {
    name: 'too large a share of the capital',
    facts: {
      limits: { ...FACTS.limits, concentrationRatioMax: decimal('0.1') },
      book: emptyBook({ capitalUnits: 999_900n }),
    },
    refusal: { code: 'concentration-above-limit', limit: '0.1', value: '0.1001' },
  },
  {
    name: 'one entry more than may be placed in a minute',
    facts: { book: emptyBook({ rate: { minute: minuteOf(NOW_MS), entries: 1_000 } }) },
    refusal: { code: 'order-rate-above-limit', limit: '1000 a minute', value: '1001' },
  },
  {
    name: 'an entry on a day that has lost what it may',
    facts: { book: emptyBook({ day: { ...TODAY, resultUnits: -100_000n } }) },
    refusal: { code: 'daily-loss-reached', limit: '1000', value: '1000' },
  },
  {
    name: 'an entry after as many losses in a row as may be',
    facts: { book: emptyBook({ day: { ...TODAY, lossesInARow: 3 } }) },
    refusal: { code: 'losses-in-a-row-reached', limit: '3', value: '3' },
  },
  {
    name: 'one more live order than may be',
    facts: { book: emptyBook({ liveOrders: 100 }) },
    refusal: { code: 'open-orders-above-limit', limit: '100', value: '101' },
  },
  {
    name: 'a second live entry of the symbol',
    facts: { book: emptyBook({ trades: { AAPL: { ...TRADE, liveEntries: 1 } } }) },
    refusal: { code: 'entry-already-live', limit: '1', value: '2' },
  },
  {
    name: 'an exit without a position',
    terms: EXIT,
    refusal: { code: 'exit-above-position', limit: '0', value: '10' },
  },
  {
    name: 'an exit above what is not being sold already',
    terms: { ...EXIT, quantity: '4' },
    facts: { book: emptyBook({ trades: { AAPL: TRADE } }) },
    refusal: { code: 'exit-above-position', limit: '3', value: '4' },
  },
  {
    name: 'an exit of another trade',
    terms: { ...EXIT, quantity: '1', tradeId: 'trd_2' },
    facts: { book: emptyBook({ trades: { AAPL: TRADE } }) },
    refusal: { code: 'exit-above-position', limit: '0', value: '1' },
  },
];
