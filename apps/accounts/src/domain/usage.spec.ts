import fc from 'fast-check';
import { USAGE_TTL_SECONDS, leased, newUsage, planNamed, usageViewOf, withPlanOfItsOwn } from './usage.js';
import type { Usage } from './usage.js';

const PLAN = { name: 'partner', ratePerSecond: 50, burst: 100, quotaPerMonth: 1_000 };
const NOON = Date.parse('2026-11-30T12:00:00.000Z');
const SUBJECT = `usr_${'0'.repeat(26)}`;
const fresh = (): Usage => newUsage(SUBJECT, PLAN, NOON);
const asks = (o: { wanted?: number; returned?: number; owed?: number; nowMs?: number }) => ({
  ...{ wanted: 0, returned: 0, owed: 0, nowMs: NOON },
  ...o,
});

describe('a lease', () => {
  it.each([
    ['what is asked for', { wanted: 30 }, 30, 70_000, 970],
    ['what the bucket has', { wanted: 130 }, 100, 0, 900],
    ['nothing, and takes back what was not used', { returned: 20 }, 0, 100_000, 1_000],
    ['less after what passed without us', { wanted: 100, owed: 40 }, 60, 0, 900],
    ['nothing in debt, of one burst at most', { wanted: 10, owed: 500 }, 0, -100_000, 500],
  ])('grants %s', (_what, request, granted, availableMilli, quotaRemaining) => {
    const { lease } = leased(fresh(), PLAN, asks(request));
    expect(lease).toMatchObject({ granted, availableMilli, quotaRemaining, plan: PLAN });
  });

  it('grants what the rate brought meanwhile, to the millisecond', () => {
    const empty = leased(fresh(), PLAN, asks({ wanted: 100 })).usage;
    expect(leased(empty, PLAN, asks({ wanted: 10, nowMs: NOON + 99 })).lease.granted).toBe(4);
    expect(leased(empty, PLAN, asks({ wanted: 10, nowMs: NOON + 100 })).lease.granted).toBe(5);
  });

  it('never grants more than the quota of the month, which begins anew with the next', () => {
    const plan = { ...PLAN, quotaPerMonth: 40 };
    const { usage, lease } = leased(fresh(), plan, asks({ wanted: 100 }));
    expect(lease).toMatchObject({ granted: 40, quotaRemaining: 0, monthEndsAt: '2026-12-01T00:00:00.000Z' });
    expect(leased(usage, plan, asks({ wanted: 1, nowMs: NOON + 60_000 })).lease.granted).toBe(0);
    expect(leased(usage, plan, asks({ wanted: 1, returned: 2 })).lease).toMatchObject({
      granted: 1,
      quotaRemaining: 1,
    });
    const december = Date.parse('2026-12-01T00:00:00.000Z');
    expect(leased(usage, plan, asks({ wanted: 1, nowMs: december })).lease.quotaRemaining).toBe(39);
    expect(usageViewOf(usage, plan, december)).toMatchObject({ used: 0, remaining: 40 });
    expect(usageViewOf(usage, plan, NOON)).toMatchObject({ used: 40, remaining: 0 });
  });

  it('is forgotten when it was not used for long, unless a plan was given', () => {
    const { usage } = leased(fresh(), PLAN, asks({ wanted: 1 }));
    expect(usage.ttl).toBe(USAGE_TTL_SECONDS);
    const given = withPlanOfItsOwn(usage, PLAN.name);
    expect(given).toEqual({ ...usage, planName: PLAN.name, version: 1, ttl: -1 });
    expect(leased(given, PLAN, asks({ wanted: 1 })).usage.ttl).toBe(-1);
  });

  it('follows a plan that allows less at once', () => {
    const { lease } = leased(fresh(), { ...PLAN, burst: 10 }, asks({ wanted: 100 }));
    expect(lease.granted).toBe(10);
  });

  it('lets all gateways together have no more than burst and rate, whoever asks when for how much', () => {
    const step = fc.record({
      passMs: fc.integer({ min: 0, max: 300 }),
      wanted: fc.integer({ min: 0, max: 60 }),
      isReturned: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let usage = fresh();
        let nowMs = NOON;
        let held = 0;
        let spent = 0;
        const plan = { ...PLAN, quotaPerMonth: 1_000_000 };
        for (const { passMs, wanted, isReturned } of steps) {
          nowMs += passMs;
          const returned = isReturned ? held : 0;
          spent += held - returned;
          const answer = leased(usage, plan, asks({ wanted, returned, nowMs }));
          usage = answer.usage;
          held = answer.lease.granted;
        }
        const allowed = plan.burst + ((nowMs - NOON) * plan.ratePerSecond) / 1_000;
        expect(spent + held).toBeLessThanOrEqual(allowed);
        expect(usage.used).toBe(spent + held);
      }),
      { numRuns: 300 },
    );
  });
});

it('a plan that is not there is the default one, as the product has set it', () => {
  const given = { ...PLAN, name: 'default' };
  expect(planNamed({ partner: PLAN }, 'partner')).toBe(PLAN);
  expect(planNamed({ partner: PLAN }, 'toString')).toMatchObject({ ratePerSecond: 1_000, burst: 2_000 });
  expect(planNamed({ partner: PLAN, default: given }, undefined)).toBe(given);
});
