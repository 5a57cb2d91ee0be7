import { decimal } from '@ballast/money';
import { AAPL, EXIT, FACTS, TRADE, terms } from './given-placement.js';
import { emptyBook } from './given.js';
import { decidePlacement } from './placement.js';
import type { PlacementFacts } from './placement.js';

type Terms = Parameters<typeof terms>[0];

const SHORT = { side: 'sell', intent: 'entry' } as const;
const COVER = { side: 'buy', intent: 'exit' } as const;
const MARKET = { type: 'market', limitPrice: undefined } as const;
const { limits } = FACTS;
const SHORTING = { ...limits, shortSelling: true };
const HOLDING = emptyBook({ trades: { AAPL: TRADE } });
/** Four AAPL are owed and one of them is being bought back. */
const OWING = emptyBook({ trades: { AAPL: { ...TRADE, collateralUnits: 63_000n } } });

const decide = (changes: Terms, facts: Partial<PlacementFacts>) =>
  decidePlacement(terms(changes), { ...FACTS, limits: SHORTING, ...facts });

describe('a short sale', () => {
  it.each<[string, Terms, Partial<PlacementFacts>, object]>([
    [
      'of a profile that may not',
      SHORT,
      { limits },
      { code: 'short-selling-not-allowed', limit: 'buy to enter, sell to exit', value: 'sell to entry' },
    ],
    [
      'where the broker has none',
      SHORT,
      { venue: { ...FACTS.venue, short: false } },
      { code: 'short-selling-not-offered', limit: 'symbols that can be sold short', value: 'AAPL' },
    ],
    [
      'of a part of one, whatever the symbol allows',
      { ...SHORT, quantity: '1.5' },
      { symbol: { ...AAPL, quantityScale: 9 } },
      { code: 'quantity-off-increment', limit: '0 decimals', value: '1.5' },
    ],
    [
      'whose take profit loses',
      { ...SHORT, takeProfitPrice: '100', stopLossPrice: '105' },
      {},
      { code: 'exits-out-of-order', limit: 'take profit below 100', value: '100' },
    ],
    [
      'whose stop loss earns',
      { ...SHORT, takeProfitPrice: '95', stopLossPrice: '100' },
      {},
      { code: 'exits-out-of-order', limit: 'stop loss above 100', value: '100' },
    ],
    [
      'through the market',
      { ...SHORT, limitPrice: '94.99' },
      {},
      { code: 'price-outside-collar', limit: '95', value: '94.99' },
    ],
    [
      'at the market where nobody bids',
      { ...SHORT, ...MARKET },
      { symbol: { ...AAPL, bid: decimal('0') } },
      { code: 'price-outside-collar', limit: '0', value: '100' },
    ],
    [
      'that may bring a cent more than an order may be worth',
      SHORT,
      { limits: { ...SHORTING, orderNotionalUsdMax: decimal('1049.99') } },
      { code: 'notional-above-limit', limit: '1049.99', value: '1050' },
    ],
    [
      'that would be a cent too much beside what is owed',
      SHORT,
      { limits: { ...SHORTING, positionUsdMax: decimal('1445.99') }, book: OWING },
      { code: 'position-above-limit', limit: '1445.99', value: '1446' },
    ],
    ['of what is held', SHORT, { book: HOLDING }, { code: 'trade-in-other-direction', limit: 'long', value: 'short' }],
  ])('%s is refused', (_name, changes, facts, refusal) => {
    expect(decide(changes, facts)).toMatchObject({ outcome: 'refused', refusal });
  });

  it.each<[string, Terms, Partial<PlacementFacts>]>([
    ['where the profile may', SHORT, {}],
    ['worth exactly what may be', SHORT, { limits: { ...SHORTING, positionUsdMax: decimal('1050') } }],
    ['beside what is owed', SHORT, { book: OWING }],
    ['with exits a cent away on both sides', { ...SHORT, takeProfitPrice: '99.99', stopLossPrice: '100.01' }, {}],
  ])('%s is placed', (_name, changes, facts) => {
    expect(decide(changes, facts).outcome).toBe('placed');
  });

  it.each<[string, Terms, object]>([
    ['limit', SHORT, { boundPrice: '100', collateralPrice: '157.5', holdUnits: '157658' }],
    [
      'higher limit',
      { ...SHORT, limitPrice: '110' },
      { boundPrice: '110', collateralPrice: '165', holdUnits: '165165' },
    ],
    ['market', { ...SHORT, ...MARKET }, { boundPrice: '95', collateralPrice: '157.5', holdUnits: '157658' }],
    [
      'stop',
      { ...SHORT, type: 'stop', limitPrice: undefined, stopPrice: '90' },
      { boundPrice: '85.5', collateralPrice: '157.5', holdUnits: '157658' },
    ],
  ])('has one and a half times the most that it may bring held, and a fee of it: %s', (_name, changes, expected) => {
    const decision = decide(changes, {});
    expect(decision.outcome === 'placed' && decision.data).toMatchObject(expected);
  });
});

describe('a purchase', () => {
  it.each<[string, Terms, Partial<PlacementFacts>, object]>([
    [
      'of what is owed that is no exit',
      {},
      { book: OWING },
      { code: 'trade-in-other-direction', limit: 'short', value: 'long' },
    ],
    [
      'that closes more than is owed',
      { ...COVER, quantity: '4' },
      { book: OWING },
      { code: 'exit-above-position', limit: '3', value: '4' },
    ],
    [
      'that closes what is held',
      { ...COVER, quantity: '1' },
      { book: HOLDING },
      { code: 'exit-above-position', limit: '0', value: '1' },
    ],
  ])('%s is refused, and so is a sale of what is owed', (_name, changes, facts, refusal) => {
    expect(decide(changes, facts)).toMatchObject({ outcome: 'refused', refusal });
    expect(decide({ ...EXIT, quantity: '1' }, { book: OWING })).toMatchObject({
      refusal: { code: 'exit-above-position', limit: '0' },
    });
  });

  it('closes what is owed, though no more may be sold short, and asks for no capital', () => {
    const decision = decide({ ...COVER, ...MARKET, quantity: '3' }, { book: OWING, limits });
    expect(decision.outcome === 'placed' && decision.data).toMatchObject({ tradeId: 'trd_1', holdUnits: '0' });
    expect(decision).not.toMatchObject({ data: { boundPrice: expect.anything() } });
  });
});
