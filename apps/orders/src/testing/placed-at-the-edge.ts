import { UNTOUCHED_CONTROLS } from '../domain/controls.js';
import { EXIT, FACTS, TRADE } from '../domain/given-placement.js';
import { NOW_MS, emptyBook } from '../domain/given.js';
import { minuteOf } from '../domain/placement-rate.js';
import { decimal } from '@ballast/money';
import { HELD, HOLDING, LOST, STOP, TODAY, iso } from './placement-row.js';
import type { PlacedRow } from './placement-row.js';

/** What a rung just lets through. */
export const PLACED_AT_THE_EDGE: readonly PlacedRow[] = [
  ['a quote exactly at the age limit', {}, { nowMs: NOW_MS + 30_000 }],
  ['a buy exactly at the collar', { limitPrice: '105' }, {}],
  ['a notional exactly at the limit', { quantity: '10000' }, {}],
  [
    'a position worth exactly what may be',
    {},
    { limits: { ...FACTS.limits, positionUsdMax: decimal('1396') }, book: HOLDING },
  ],
  [
    'exactly the share of the capital that may be',
    {},
    {
      limits: { ...FACTS.limits, concentrationRatioMax: decimal('0.1') },
      book: emptyBook({ capitalUnits: 1_000_000n }),
    },
  ],
  [
    'whatever the share while the capital is not known',
    {},
    { limits: { ...FACTS.limits, concentrationRatioMax: decimal('0.1') } },
  ],
  [
    'the last entry that may be placed in a minute',
    {},
    { book: emptyBook({ rate: { minute: minuteOf(NOW_MS), entries: 999 } }) },
  ],
  ['the first of a new minute', {}, { book: emptyBook({ rate: { minute: minuteOf(NOW_MS) - 1, entries: 1_000 } }) }],
  ['an entry a cent before the loss of a day', {}, { book: emptyBook({ day: { ...TODAY, resultUnits: -99_999n } }) }],
  ['an entry with one loss in a row less than may be', {}, { book: emptyBook({ day: { ...TODAY, lossesInARow: 2 } }) }],
  ['an entry on the day after the losses', {}, { book: emptyBook({ day: { ...LOST, date: '2026-11-19' } }) }],
  [
    'an exit whatever was lost, held or placed',
    { ...HELD, type: 'market' as const },
    {
      limits: { ...FACTS.limits, positionUsdMax: decimal('1'), concentrationRatioMax: decimal('0.1') },
      book: { ...HOLDING, day: LOST, capitalUnits: 1n, rate: { minute: minuteOf(NOW_MS), entries: 1_000 } },
    },
  ],
  ['exits a cent away on both sides', { takeProfitPrice: '100.01', stopLossPrice: '99.99' }, {}],
  [
    'one exit where the broker ties nothing together',
    { stopLossPrice: '95' },
    { venue: { ...FACTS.venue, orderClasses: [] } },
  ],
  ['an end in a millisecond', { timeInForce: 'gtd' as const, expiresAt: iso(NOW_MS + 1) }, {}],
  ['a stop a cent above the best offer', { ...STOP, stopPrice: '100.01' }, {}],
  ['a buy that rests a cent below the best offer', { postOnly: true, limitPrice: '99.99' }, {}],
  [
    'a stop-limit exactly at the collar of its stop',
    { type: 'stop-limit' as const, stopPrice: '110', limitPrice: '115.5' },
    {},
  ],
  ['money that buys exactly one', { quantity: undefined, notional: '100' }, {}],
  ['a trailing stop that exits', { ...HELD, type: 'trailing-stop' as const, trailPercent: '5' }, { book: HOLDING }],
  ['a touch that exits', { ...HELD, type: 'market-if-touched' as const, stopPrice: '100' }, { book: HOLDING }],
  ['a stop that exits', { ...HELD, type: 'stop' as const, stopPrice: '99.98' }, { book: HOLDING }],
  [
    'an exit while only exits are allowed',
    { ...EXIT, quantity: '3' },
    {
      controls: { ...UNTOUCHED_CONTROLS, mode: 'reduce-only' as const },
      book: emptyBook({ trades: { AAPL: TRADE } }),
    },
  ],
  ['an exit of all that can be sold', { ...EXIT, quantity: '3' }, { book: emptyBook({ trades: { AAPL: TRADE } }) }],
  [
    'a second entry where the profile allows two',
    {},
    { book: emptyBook({ entriesPerSymbolMax: 2, trades: { AAPL: { ...TRADE, liveEntries: 1 } } }) },
  ],
];
