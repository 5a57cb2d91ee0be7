import { decimal } from '@ballast/money';
import { HOLD_REFUSAL_CODES, ORDER_REFUSAL_CODES, REPLACE_REFUSAL_CODES } from '@ballast/contracts';
import type { Refusal } from '@ballast/contracts';
import { UNTOUCHED_CONTROLS } from './controls.js';
import { AAPL, EXIT, FACTS, TRADE, terms } from './given-placement.js';
import { NOW_MS, emptyBook } from './given.js';
import { decidePlacement } from './placement.js';
import { minuteOf } from './placement-rate.js';
import { untradedDay } from './trading-day.js';
import type { PlacementFacts } from './placement.js';

interface Row {
  readonly name: string;
  readonly terms?: Parameters<typeof terms>[0];
  readonly facts?: Partial<PlacementFacts>;
  readonly refusal: Refusal;
}

const HELD = { ...EXIT, quantity: '3', limitPrice: undefined };
const HOLDING = emptyBook({ trades: { AAPL: TRADE } });
const TODAY = untradedDay('2026-11-20');
const LOST = { ...TODAY, resultUnits: -100_000n, lossesInARow: 3 };
const STOP = { type: 'stop', limitPrice: undefined } as const;
const iso = (ms: number): string => new Date(ms).toISOString();

const REFUSALS: readonly Row[] = [
  {
    name: 'when trading is halted',
    facts: { controls: { ...UNTOUCHED_CONTROLS, mode: 'halted' } },
    refusal: { code: 'trading-halted', limit: 'active', value: 'halted' },
  },
  {
    name: 'an exit when trading is halted',
    terms: EXIT,
    facts: { controls: { ...UNTOUCHED_CONTROLS, mode: 'halted' } },
    refusal: { code: 'trading-halted', limit: 'active', value: 'halted' },
  },
  {
    name: 'an entry while only exits are allowed',
    facts: { controls: { ...UNTOUCHED_CONTROLS, mode: 'reduce-only' } },
    refusal: { code: 'reduce-only', limit: 'exit', value: 'entry' },
  },
  {
    name: 'a sale that opens a position',
    terms: { side: 'sell' },
    refusal: { code: 'short-selling-not-allowed', limit: 'buy to enter, sell to exit', value: 'sell to entry' },
  },
  {
    name: 'a short sale of a symbol that the broker does not lend',
    terms: { side: 'sell' },
    facts: { limits: { ...FACTS.limits, shortSelling: true }, symbol: { ...AAPL, isShortable: false } },
    refusal: { code: 'short-selling-not-offered', limit: 'symbols that can be sold short', value: 'AAPL' },
  },
  {
    name: 'a short sale of what is held',
    terms: { side: 'sell' },
    facts: { limits: { ...FACTS.limits, shortSelling: true }, book: HOLDING },
    refusal: { code: 'trade-in-other-direction', limit: 'long', value: 'short' },
  },
  {
    name: 'a symbol that the broker does not know',
    facts: { symbol: undefined },
    refusal: { code: 'symbol-not-tradable', limit: 'tradable symbols', value: 'AAPL' },
  },
  {
    name: 'a symbol that is not tradable now',
    facts: { symbol: { ...AAPL, tradable: false } },
    refusal: { code: 'symbol-not-tradable', limit: 'tradable symbols', value: 'AAPL' },
  },
  {
    name: 'a type that the broker lacks',
    facts: { venue: { ...FACTS.venue, orderTypes: ['market'] } },
    refusal: { code: 'order-type-not-offered', limit: 'market', value: 'limit' },
  },
  {
    name: 'a time in force that the broker lacks',
    terms: { timeInForce: 'fok' },
    facts: { venue: { ...FACTS.venue, timesInForce: ['day', 'gtc'] } },
    refusal: { code: 'time-in-force-not-offered', limit: 'day, gtc', value: 'fok' },
  },
  {
    name: 'a stop to buy where the broker has no stop with a limit',
    terms: { ...STOP, stopPrice: '110' },
    facts: { venue: { ...FACTS.venue, orderTypes: ['market', 'limit', 'stop'] } },
    refusal: { code: 'order-type-not-offered', limit: 'market, limit, stop', value: 'stop' },
  },
  {
    name: 'a trailing stop that enters',
    terms: { type: 'trailing-stop', limitPrice: undefined, trailPrice: '1' },
    refusal: { code: 'entry-not-bounded', limit: 'market, limit, stop, stop-limit', value: 'trailing-stop' },
  },
  {
    name: 'a touch that enters',
    terms: { type: 'market-if-touched', limitPrice: undefined, stopPrice: '90' },
    refusal: { code: 'entry-not-bounded', limit: 'market, limit, stop, stop-limit', value: 'market-if-touched' },
  },
  {
    name: 'a date where the broker neither keeps dates nor lets orders stand',
    terms: { timeInForce: 'gtd', expiresAt: iso(NOW_MS + 60_000) },
    facts: { venue: { ...FACTS.venue, timesInForce: ['day'] } },
    refusal: { code: 'time-in-force-not-offered', limit: 'day', value: 'gtd' },
  },
  {
    name: 'an end that is now',
    terms: { timeInForce: 'gtd', expiresAt: iso(NOW_MS) },
    refusal: { code: 'expiry-not-ahead', limit: `after ${iso(NOW_MS)}`, value: iso(NOW_MS) },
  },
  {
    name: 'two exits where the broker cannot tie them together',
    terms: { takeProfitPrice: '110', stopLossPrice: '95' },
    facts: { venue: { ...FACTS.venue, orderClasses: ['bracket'] } },
    refusal: { code: 'exits-not-offered', limit: 'bracket', value: 'oco' },
  },
  {
    name: 'an order that may only rest where the broker has none',
    terms: { postOnly: true, limitPrice: '90' },
    facts: { venue: { ...FACTS.venue, postOnly: false } },
    refusal: { code: 'post-only-not-offered', limit: 'orders that may take', value: 'post-only' },
  },
  {
    name: 'a quote that is a millisecond too old',
    facts: { nowMs: NOW_MS + 30_001 },
    refusal: { code: 'market-data-stale', limit: '30000 ms', value: '30001 ms' },
  },
  {
    name: 'a quantity finer than the symbol',
    terms: { quantity: '1.5' },
    refusal: { code: 'quantity-off-increment', limit: '0 decimals', value: '1.5' },
  },
  {
    name: 'a quantity below the smallest',
    terms: { quantity: '1' },
    facts: { symbol: { ...AAPL, quantityMin: decimal('2') } },
    refusal: { code: 'quantity-off-increment', limit: 'at least 2', value: '1' },
  },
  {
    name: 'a price off the increment',
    terms: { limitPrice: '100.005' },
    refusal: { code: 'price-off-increment', limit: '0.01', value: '100.005' },
  },
  {
    name: 'money that buys less than one',
    terms: { quantity: undefined, notional: '99.99' },
    refusal: { code: 'quantity-off-increment', limit: 'at least 1', value: '0' },
  },
  {
    name: 'a stop off the increment',
    terms: { ...STOP, stopPrice: '110.005' },
    refusal: { code: 'price-off-increment', limit: '0.01', value: '110.005' },
  },
  {
    name: 'a trail off the increment',
    terms: { ...EXIT, type: 'trailing-stop', limitPrice: undefined, trailPrice: '1.001' },
    refusal: { code: 'price-off-increment', limit: '0.01', value: '1.001' },
  },
  {
    name: 'a stop to buy at the best offer',
    terms: { ...STOP, stopPrice: '100' },
    refusal: { code: 'trigger-already-reached', limit: 'above 100', value: '100' },
  },
  {
    name: 'a stop to sell at the best bid',
    terms: { ...EXIT, ...STOP, stopPrice: '99.99' },
    refusal: { code: 'trigger-already-reached', limit: 'below 99.99', value: '99.99' },
  },
  {
    name: 'a touch to sell at the best bid',
    terms: { ...EXIT, type: 'market-if-touched', limitPrice: undefined, stopPrice: '99.99' },
    refusal: { code: 'trigger-already-reached', limit: 'above 99.99', value: '99.99' },
  },
  {
    name: 'a take profit at the price of the entry',
    terms: { takeProfitPrice: '100' },
    refusal: { code: 'exits-out-of-order', limit: 'take profit above 100', value: '100' },
  },
  {
    name: 'a stop loss at the price of the entry',
    terms: { takeProfitPrice: '110', stopLossPrice: '100' },
    refusal: { code: 'exits-out-of-order', limit: 'stop loss below 100', value: '100' },
  },
  {
    name: 'a stop loss off the increment',
    terms: { stopLossPrice: '94.999' },
    refusal: { code: 'price-off-increment', limit: '0.01', value: '94.999' },
  },
  {
    name: 'a buy at the best offer that may only rest',
    terms: { postOnly: true },
    refusal: { code: 'post-only-would-take', limit: 'below 100', value: '100' },
  },
  {
    name: 'a sale at the best bid that may only rest',
    terms: { ...EXIT, postOnly: true, limitPrice: '99.99' },
    refusal: { code: 'post-only-would-take', limit: 'above 99.99', value: '99.99' },
  },
  {
    name: 'a stop-limit to buy a cent through the collar of its stop',
    terms: { type: 'stop-limit', stopPrice: '110', limitPrice: '115.51' },
    refusal: { code: 'price-outside-collar', limit: '115.5', value: '115.51' },
  },
  {
    name: 'a stop-limit to sell a cent through the collar of its stop',
    terms: { ...EXIT, type: 'stop-limit', stopPrice: '90', limitPrice: '85.49' },
    refusal: { code: 'price-outside-collar', limit: '85.5', value: '85.49' },
  },
  {
    name: 'a buy a cent through the collar',
    terms: { limitPrice: '105.01' },
    refusal: { code: 'price-outside-collar', limit: '105', value: '105.01' },
  },
  {
    name: 'a sale a cent through the collar',
    terms: { ...EXIT, limitPrice: '94.99' },
    refusal: { code: 'price-outside-collar', limit: '95', value: '94.99' },
  },
  {
    name: 'a market buy where nothing is offered',
    terms: { type: 'market', limitPrice: undefined },
    facts: { symbol: { ...AAPL, ask: decimal('0') } },
    refusal: { code: 'price-outside-collar', limit: '0', value: '0' },
  },
  {
    name: 'a market buy of what costs less than the price increment',
    terms: { type: 'market', limitPrice: undefined },
    facts: { symbol: { ...AAPL, ask: decimal('0.004') } },
    refusal: { code: 'price-outside-collar', limit: '0', value: '0.004' },
  },
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

describe('the ladder of refusals', () => {
  it.each(REFUSALS)('refuses $name', ({ terms: changes, facts, refusal }) => {
    expect(decidePlacement(terms(changes), { ...FACTS, ...facts })).toMatchObject({ outcome: 'refused', refusal });
  });

  it('has a row for every code but the ledger’s', () => {
    const codes = new Set(REFUSALS.map(({ refusal }) => refusal.code));
    const replacing: readonly string[] = REPLACE_REFUSAL_CODES;
    expect(ORDER_REFUSAL_CODES.filter((code) => !codes.has(code) && !replacing.includes(code))).toEqual([
      'capital-not-answered',
      ...HOLD_REFUSAL_CODES,
    ]);
  });

  it('answers with the first rung that applies', () => {
    const everythingWrong = {
      ...FACTS,
      controls: { ...UNTOUCHED_CONTROLS, mode: 'halted' as const },
      symbol: undefined,
      nowMs: NOW_MS * 2,
    };
    expect(decidePlacement(terms({ side: 'sell', quantity: '0.5' }), everythingWrong)).toMatchObject({
      refusal: { code: 'trading-halted' },
    });
    expect(
      decidePlacement(terms({ side: 'sell' }), { ...everythingWrong, controls: UNTOUCHED_CONTROLS }),
    ).toMatchObject({ refusal: { code: 'short-selling-not-allowed' } });
    expect(decidePlacement(terms(), { ...everythingWrong, controls: UNTOUCHED_CONTROLS })).toMatchObject({
      refusal: { code: 'symbol-not-tradable' },
    });
  });

  it.each([
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
    [
      'an entry with one loss in a row less than may be',
      {},
      { book: emptyBook({ day: { ...TODAY, lossesInARow: 2 } }) },
    ],
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
  ])('places %s', (_name, changes, facts) => {
    expect(decidePlacement(terms(changes), { ...FACTS, ...facts }).outcome).toBe('placed');
  });
});
