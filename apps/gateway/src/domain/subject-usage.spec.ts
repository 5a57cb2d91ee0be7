import fc from 'fast-check';
import { ALONE_MS_MAX, SLICE_TTL_MS, SubjectUsage } from './subject-usage.js';
import { rateHeadersOf } from './rate-headers.js';

const PLAN = { name: 'partner', ratePerSecond: 50, burst: 100, quotaPerMonth: 1_000 };
const NOW = Date.parse('2026-11-30T23:59:00.000Z');
const MONTH_END = '2026-12-01T00:00:00.000Z';
const lease = (more: object = {}) => ({
  ...{ plan: PLAN, granted: 5, availableMilli: 95_000, quotaRemaining: 995, monthEndsAt: MONTH_END },
  ...more,
});
const asked = (wanted = 5, nowMs = NOW) => ({ wanted, askedAtMs: nowMs, nowMs });

/** One that has heard of its plan and holds five requests. */
function known(more: object = {}): SubjectUsage {
  const usage = new SubjectUsage(NOW);
  usage.grant(lease(more), asked());
  return usage;
}

const takes = (usage: SubjectUsage, count: number, nowMs = NOW) =>
  Array.from({ length: count }, () => usage.take(nowMs)).filter((verdict) => verdict === 'pass').length;

describe('the usage of a caller at one gateway', () => {
  it('passes what was leased and asks for more then, not for every request', () => {
    const usage = new SubjectUsage(NOW);
    expect(usage.take(NOW)).toBe('ask');
    usage.grant(lease(), asked());
    expect(takes(usage, 5)).toBe(5);
    expect(usage.take(NOW)).toBe('ask');
    expect(usage.request(3).wanted).toBe(5);
    expect(usage.request(40).wanted).toBe(40);
  });

  it('asks for no more while accounts has no more, and then again', () => {
    const usage = known({ granted: 0, availableMilli: 0 });
    expect([usage.take(NOW), usage.take(NOW + 99), usage.take(NOW + 100)]).toEqual(['too-fast', 'too-fast', 'ask']);
    expect(usage.retryAfterSeconds(NOW, 'too-fast')).toBe(1);
  });

  it('gives back what it did not use in time, once', () => {
    const usage = known();
    expect(takes(usage, 2)).toBe(2);
    expect(usage.isStale(NOW + SLICE_TTL_MS - 1)).toBe(false);
    expect(usage.isStale(NOW + SLICE_TTL_MS)).toBe(true);
    expect(usage.take(NOW + SLICE_TTL_MS)).toBe('ask');
    expect(usage.request(1).returned).toBe(3);
    expect(usage.request(1).returned).toBe(0);
    expect(known().giveBack()).toBe(5);
  });

  it('says to the second when an exhausted quota begins anew', () => {
    const usage = known({ granted: 0, quotaRemaining: 0 });
    expect(usage.take(NOW)).toBe('quota-exhausted');
    expect(usage.retryAfterSeconds(NOW, 'quota-exhausted')).toBe(60);
    expect(usage.take(NOW + 5_000)).toBe('ask');
    const late = new SubjectUsage(NOW + 58_000);
    late.grant(lease({ granted: 0, quotaRemaining: 0 }), asked(5, NOW + 58_000));
    expect([late.take(NOW + 59_999), late.take(NOW + 60_000)]).toEqual(['quota-exhausted', 'ask']);
  });

  it('goes on alone for a quarter of an hour by the plan as it was, and owes what passed', () => {
    const usage = known();
    expect(takes(usage, 5)).toBe(5);
    usage.fail(0, NOW);
    expect(takes(usage, 200)).toBe(95);
    expect(usage.take(NOW)).toBe('too-fast');
    expect(takes(usage, 200, NOW + 1_000)).toBe(50);
    expect(usage.wantsMore(NOW + 1_000)).toBe(true);
    expect(usage.request(0).owed).toBe(145);
    usage.fail(145, NOW + 1_000);
    expect(usage.take(NOW + ALONE_MS_MAX + 1)).toBe('unknown');
    expect(usage.request(0).owed).toBe(145);
  });

  it('knows no quota but the one it heard of, also alone', () => {
    const usage = known({ granted: 0, quotaRemaining: 3 });
    usage.fail(0, NOW);
    expect(takes(usage, 10)).toBe(3);
    expect(usage.take(NOW)).toBe('quota-exhausted');
  });

  it('tells exactly what is left, and when all of it is back', () => {
    const usage = known();
    const headers = (verdict: 'pass' | 'too-fast') => rateHeadersOf(usage.standing(NOW, verdict), NOW);
    expect(usage.take(NOW)).toBe('pass');
    expect(headers('pass')).toEqual({
      'ratelimit-policy': '"burst";q=100;w=2, "month";q=1000;w=2592000',
      ratelimit: '"burst";r=99;t=1, "month";r=999;t=60',
    });
    usage.fail(0, NOW);
    expect(takes(usage, 200)).toBe(99);
    expect(headers('too-fast').ratelimit).toBe('"burst";r=0;t=2, "month";r=900;t=60');
  });

  it('never passes more than it was granted, whatever happens in between', () => {
    const step = fc.oneof(
      fc.record({ granted: fc.integer({ min: 0, max: 20 }) }),
      fc.record({ takes: fc.integer({ min: 0, max: 30 }) }),
      fc.record({ passMs: fc.integer({ min: 0, max: 12_000 }) }),
      fc.constant({ back: true }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const usage = new SubjectUsage(NOW);
        let [nowMs, granted, passed, returned] = [NOW, 0, 0, 0];
        for (const one of steps) {
          if ('granted' in one) {
            granted += one.granted;
            usage.grant(lease({ granted: one.granted }), asked(20, nowMs));
          } else if ('takes' in one) passed += takes(usage, one.takes, nowMs);
          else if ('passMs' in one) nowMs += one.passMs;
          else returned += usage.request(0).returned + usage.giveBack();
        }
        expect(passed + returned).toBeLessThanOrEqual(granted);
        expect(passed + returned + usage.giveBack()).toBe(granted);
      }),
      { numRuns: 200 },
    );
  });
});
