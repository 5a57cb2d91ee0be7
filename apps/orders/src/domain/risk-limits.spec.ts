import { decimal } from '@ballast/money';
import { evolveRate, minuteOf } from './placement-rate.js';
import { limitTexts, limitsOf } from './risk-limits.js';

describe('limits of a profile', () => {
  const texts = {
    orderNotionalUsdMax: '50000',
    positionUsdMax: '200000',
    concentrationRatioMax: '0.25',
    openOrdersMax: 20,
    ordersPerMinuteMax: 60,
    dailyLossUsdMax: '1000',
    lossesInARowMax: 3,
  };

  it('come back as they were given, and leave out what was not', () => {
    expect(limitTexts(limitsOf(texts))).toEqual(texts);
    expect(limitTexts(limitsOf({ dailyLossUsdMax: '5' }))).toEqual({ dailyLossUsdMax: '5' });
    expect({ openOrdersMax: 1, ...limitsOf({}) }).toEqual({ openOrdersMax: 1 });
    expect(limitsOf(texts).positionUsdMax).toEqual(decimal('200000'));
  });
});

describe('the rate of entries', () => {
  it('counts within a minute of the clock and begins anew with the next', () => {
    const last = Date.parse('2026-11-20T12:00:59.999Z');
    const one = evolveRate(undefined, last);
    const two = evolveRate(one, last);
    expect([one.entries, two.entries, evolveRate(two, last + 1)]).toEqual([
      1,
      2,
      { minute: minuteOf(last) + 1, entries: 1 },
    ]);
  });
});
