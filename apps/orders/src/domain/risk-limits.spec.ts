import { decimal } from '@ballast/money';
import { evolveRate, minuteOf } from './placement-rate.js';
import { FACTS } from './given-placement.js';
import { limitTexts, limitsFor, limitsOf } from './risk-limits.js';

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

describe('what holds for a profile', () => {
  const product = { ...FACTS.limits, openOrdersMax: 50, shortSelling: true };
  const chosen = limitsOf({ orderNotionalUsdMax: '10', openOrdersMax: 20, concentrationRatioMax: '0.5' });
  const held = (limits: Parameters<typeof limitsOf>[0], risk = chosen) =>
    limitsFor(product, { limits: limitsOf(limits), risk: { version: 2, limits: risk } });

  it('is what the product allows, or an operator in its place', () => {
    expect(limitsFor(product, { limits: {}, risk: undefined })).toEqual(product);
    const allowed = limitsOf({ openOrdersMax: 60, shortSelling: false });
    expect(limitsFor(product, { limits: allowed, risk: undefined })).toEqual({ ...product, ...allowed });
  });

  it('is what its owner has chosen where that is tighter, limit by limit', () => {
    expect(held({})).toEqual({ ...product, ...chosen });
    expect(held({ orderNotionalUsdMax: '9', openOrdersMax: 60, concentrationRatioMax: '0.4' })).toEqual({
      ...product,
      ...limitsOf({ orderNotionalUsdMax: '9', openOrdersMax: 20, concentrationRatioMax: '0.4' }),
    });
  });

  it('never lets its owner have more than is allowed', () => {
    const all = {
      orderNotionalUsdMax: '100000000',
      positionUsdMax: '100000000',
      dailyLossUsdMax: '100000000',
      openOrdersMax: 500,
      ordersPerMinuteMax: 100_000,
      lossesInARowMax: 1_000,
    };
    expect(held({ shortSelling: false }, limitsOf({ ...all, shortSelling: true }))).toEqual({
      ...product,
      shortSelling: false,
    });
    expect(held({}, limitsOf({ shortSelling: false }))).toMatchObject({ shortSelling: false });
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
