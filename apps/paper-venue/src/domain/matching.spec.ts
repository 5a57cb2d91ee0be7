import { Decimal, decimal } from '@ballast/money';
import fc from 'fast-check';
import { commissionOf } from './commission.js';
import { decideMatch } from './matching.js';
import { evolve, openedOrder, type Order, type OrderTerms } from './order.js';
import type { Tick } from './tick.js';

function order(change: Partial<OrderTerms> = {}): Order {
  return openedOrder({
    id: 'o-1',
    clientOrderId: 'c-1',
    symbol: 'AAPL',
    side: 'buy',
    type: 'limit',
    timeInForce: 'gtc',
    quantity: decimal('10'),
    limitPrice: decimal('100'),
    createdAt: '2026-01-02T03:04:05.000000Z',
    expiresAt: undefined,
    ...change,
  });
}

function tick(bid: string, ask: string, volume: string): Tick {
  return { symbol: 'AAPL', bid: decimal(bid), ask: decimal(ask), volume: decimal(volume), atMs: undefined };
}

const sell = { side: 'sell' as const };
const market = { type: 'market' as const, limitPrice: undefined };
const fillOrKill = { timeInForce: 'fok' as const };

describe('matching', () => {
  it.each<[string, Partial<OrderTerms>, Tick, { quantity: string; price: string } | undefined]>([
    ['a buy at its limit', {}, tick('99', '100', '20'), { quantity: '10', price: '100' }],
    ['a buy at the better ask', {}, tick('98', '99', '20'), { quantity: '10', price: '99' }],
    ['no buy above its limit', {}, tick('99', '100.01', '20'), undefined],
    ['a sell at the better bid', sell, tick('101', '102', '20'), { quantity: '10', price: '101' }],
    ['no sell below its limit', sell, tick('99.99', '101', '20'), undefined],
    ['a market buy at any ask', market, tick('500', '501', '20'), { quantity: '10', price: '501' }],
    ['only what the tick offers', {}, tick('99', '100', '4'), { quantity: '4', price: '100' }],
    ['nothing without volume', {}, tick('99', '100', '0'), undefined],
    ['fill-or-kill as a whole', fillOrKill, tick('99', '100', '10'), { quantity: '10', price: '100' }],
    ['fill-or-kill not in part', fillOrKill, tick('99', '100', '9.99'), undefined],
  ])('trades %s', (_what, change, market, expected) => {
    const match = decideMatch(order(change), market);
    expect(match && { quantity: match.quantity.toFixed(), price: match.price.toFixed() }).toEqual(expected);
  });
});

describe('orders', () => {
  const executed = (quantity: string) =>
    ({
      type: 'executed',
      quantity: decimal(quantity),
      price: decimal('1'),
      commission: decimal('0'),
      at: 'later',
    }) as const;

  it('cannot execute more than they have left, nor anything when they are over', () => {
    expect(() => evolve(order(), executed('10.1'))).toThrow('has 10 left');
    expect(() => evolve(evolve(order(), executed('10')), executed('1'))).toThrow('is filled');
    expect(() => evolve(evolve(order(), { type: 'ended', as: 'canceled', at: 'now' }), executed('1'))).toThrow(
      'is canceled',
    );
  });
});

describe('commission', () => {
  const commissions = (parts: { quantity: Decimal; price: Decimal }[], quantity: Decimal): string[] => {
    let current = order({ quantity });
    return parts.map((part) => {
      const commission = commissionOf(current, part);
      current = evolve(current, { type: 'executed', ...part, commission, at: 'later' });
      return commission.toFixed(2);
    });
  };

  it('is 0.1 % of notional, and for 4 at 99 of an order 0.40', () => {
    expect(commissions([{ quantity: decimal('4'), price: decimal('99') }], decimal('10'))).toEqual(['0.40']);
  });

  it('rounds half-even on the running total, so that small fills are not rounded up one by one', () => {
    const parts = Array.from({ length: 4 }, () => ({ quantity: decimal('1'), price: decimal('5') }));
    expect(commissions(parts, decimal('4'))).toEqual(['0.00', '0.01', '0.01', '0.00']);
  });

  it('adds up to the commission of the whole, however an order is filled', () => {
    const part = fc.record({
      quantity: fc.integer({ min: 1, max: 10 ** 6 }),
      cents: fc.integer({ min: 1, max: 10 ** 7 }),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 12 }), (list) => {
        const parts = list.map(({ quantity, cents }) => ({
          quantity: new Decimal(quantity).div(1000),
          price: new Decimal(cents).div(100),
        }));
        const notional = Decimal.sum(...parts.map(({ quantity, price }) => quantity.times(price)));
        const total = Decimal.sum(...parts.map(({ quantity }) => quantity));
        const sum = commissions(parts, total).reduce((all, each) => all.plus(each), new Decimal(0));
        expect(sum.toFixed(2)).toBe(notional.div(1000).toDecimalPlaces(2, Decimal.ROUND_HALF_EVEN).toFixed(2));
      }),
    );
  });
});
