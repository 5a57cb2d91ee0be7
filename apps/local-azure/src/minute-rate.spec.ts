import { MinuteRate } from './minute-rate.js';

describe('the rate over the last minute', () => {
  it('is the mean of its sixty seconds, and forgets what is older', () => {
    const rate = new MinuteRate();
    expect(rate.perSecond(1_000_000)).toBe(0);
    rate.add(30, 1_000_000);
    rate.add(30, 1_030_500);
    expect(rate.perSecond(1_030_999)).toBe(1);
    expect(rate.perSecond(1_059_999)).toBe(1);
    expect(rate.perSecond(1_060_000)).toBe(0.5);
    rate.add(60, 1_060_000);
    expect(rate.perSecond(1_060_000)).toBe(1.5);
    expect(rate.perSecond(1_200_000)).toBe(0);
  });

  it('does not run backwards with the clock', () => {
    const rate = new MinuteRate();
    rate.add(60, 1_000_000);
    rate.add(60, 900_000);
    expect(rate.perSecond(1_000_000)).toBe(2);
  });
});
