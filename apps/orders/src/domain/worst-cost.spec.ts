import { Decimal, decimal } from '@ballast/money';
import { AAPL, EXIT, FACTS, TRADE, terms } from './given-placement.js';
import { ZERO, emptyBook } from './given.js';
import { decidePlacement } from './placement.js';
import type { PlacementFacts } from './placement.js';

describe('a placed order', () => {
  const dataOf = (changes: Parameters<typeof terms>[0], facts: Partial<PlacementFacts> = {}) => {
    const decision = decidePlacement(terms(changes), { ...FACTS, ...facts });
    if (decision.outcome === 'refused') throw new Error(decision.refusal.code);
    return decision.data;
  };

  it('asks for its worst cost and fee: ten at 100 with 0.1 % are 1 001', () => {
    expect(dataOf({})).toMatchObject({ holdUnits: '100100', asset: 'USD', boundPrice: '100' });
  });

  it('rounds cost and fee up to whole cents, each for itself', () => {
    const symbol = { ...AAPL, quantityScale: 3, priceIncrement: decimal('0.005'), quantityMin: decimal('0.001') };
    expect(dataOf({ quantity: '0.1', limitPrice: '100.05' }, { symbol }).holdUnits).toBe('1003');
    expect(dataOf({ quantity: '1', limitPrice: '99.99' }).holdUnits).toBe('10009');
  });

  it('bounds a market buy by the collar, so that its worst cost is known', () => {
    expect(dataOf({ type: 'market', limitPrice: undefined })).toMatchObject({ boundPrice: '105', holdUnits: '105105' });
  });

  it.each([
    ['market', { limitPrice: undefined }, '105', '105105'],
    ['limit', {}, '100', '100100'],
    ['stop', { limitPrice: undefined, stopPrice: '110' }, '115.5', '115616'],
    ['stop-limit', { limitPrice: '111', stopPrice: '110' }, '111', '111111'],
  ] as const)('is bounded, whatever opens a position: %s', (type, changes, boundPrice, holdUnits) => {
    expect(dataOf({ type, ...changes })).toMatchObject({ boundPrice, holdUnits });
  });

  it.each([
    ['at the limit', { notional: '1000', limitPrice: '99' }, '10.101'],
    ['at the best offer', { notional: '1000', type: 'market', limitPrice: undefined }, '10'],
    ['less than the money where nothing more fits', { notional: '0.199', limitPrice: '99' }, '0.002'],
  ] as const)('buys for money %s, never for more', (_name, changes, quantity) => {
    const symbol = { ...AAPL, quantityScale: 3, quantityMin: decimal('0.001') };
    const data = dataOf({ ...changes, quantity: undefined }, { symbol });
    expect(data).toMatchObject({ quantity, notional: changes.notional });
  });

  it('keeps the collar on the price increment and never outside the ratio', () => {
    const symbol = { ...AAPL, ask: decimal('33.33'), bid: decimal('33.31') };
    expect(dataOf({ type: 'market', limitPrice: undefined }, { symbol }).boundPrice).toBe('34.99');
  });

  it('holds nothing for an exit and does not bound a market sale', () => {
    const book = emptyBook({ trades: { AAPL: { ...TRADE, exiting: ZERO } } });
    const data = dataOf({ ...EXIT, quantity: '4', type: 'market', limitPrice: undefined }, { book });
    expect(data).toMatchObject({ holdUnits: '0', tradeId: 'trd_1' });
    expect(data.boundPrice).toBeUndefined();
  });

  it('joins the open trade of its symbol, and opens one where there is none', () => {
    const book = emptyBook({ trades: { AAPL: { ...TRADE, exiting: new Decimal(0) } } });
    expect(dataOf({}, { book }).tradeId).toBe('trd_1');
    const opened = dataOf({});
    expect(opened.tradeId).toBe(`trd_${opened.orderId.slice(4)}`);
  });
});
