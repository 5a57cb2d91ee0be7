import fc from 'fast-check';
import { fullBucket, refilled, tokensIn, waitMsFor, without } from './token-bucket.js';
import type { TokenBucket } from './token-bucket.js';

const rates = fc.record({
  ratePerSecond: fc.integer({ min: 1, max: 5_000 }),
  burst: fc.integer({ min: 1, max: 5_000 }),
});
/** Milliseconds between two attempts, also backwards as clocks do. */
const pauses = fc.array(fc.integer({ min: -20, max: 400 }), { minLength: 1, maxLength: 200 });

/** Takes a token where there is one. */
function taken(bucket: TokenBucket): [TokenBucket, boolean] {
  return tokensIn(bucket) > 0 ? [without(bucket, 1), true] : [bucket, false];
}

describe('a token bucket', () => {
  it('lets no more through, in any stretch of time, than its burst and what its rate gives meanwhile', () => {
    fc.assert(
      fc.property(rates, pauses, (rate, steps) => {
        let bucket = fullBucket(rate, 0);
        let nowMs = 0;
        const passed: number[] = [];
        for (const step of steps) {
          nowMs += step;
          const [next, isIn] = taken(refilled(bucket, rate, nowMs));
          bucket = next;
          if (isIn) passed.push(bucket.atMs);
        }
        passed.forEach((from, first) =>
          passed.slice(first).forEach((to, count) => {
            expect((count + 1) * 1_000).toBeLessThanOrEqual(rate.burst * 1_000 + (to - from) * rate.ratePerSecond);
          }),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('lets exactly its burst and its rate through when there is always somebody who asks', () => {
    fc.assert(
      // Asked every millisecond: a bucket that holds what one brings, and the fraction before it, never overflows.
      fc.property(rates, fc.integer({ min: 0, max: 2_000 }), (given, durationMs) => {
        const rate = { ...given, burst: given.burst + 6 };
        let bucket = fullBucket(rate, 0);
        let passed = 0;
        for (let nowMs = 0; nowMs <= durationMs; nowMs += 1) {
          bucket = refilled(bucket, rate, nowMs);
          passed += tokensIn(bucket);
          bucket = without(bucket, tokensIn(bucket));
        }
        expect(passed).toBe(Math.floor((rate.burst * 1_000 + durationMs * rate.ratePerSecond) / 1_000));
      }),
      { numRuns: 60 },
    );
  });

  it('says to the millisecond when there is a token again', () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: -5_000, max: 999 }), (rate, milliTokens) => {
        const empty = { milliTokens, atMs: 0 };
        const waitMs = waitMsFor(empty, rate, 1);
        expect(tokensIn(refilled(empty, rate, waitMs))).toBeGreaterThan(0);
        expect(tokensIn(refilled(empty, rate, waitMs - 1))).toBe(0);
      }),
    );
    expect(waitMsFor(fullBucket({ ratePerSecond: 1, burst: 2 }, 0), { ratePerSecond: 1, burst: 2 }, 2)).toBe(0);
  });

  it('neither gains nor loses when the clock goes back', () => {
    const rate = { ratePerSecond: 10, burst: 10 };
    const bucket = without(fullBucket(rate, 1_000), 5);
    expect(refilled(bucket, rate, 0)).toEqual(bucket);
    expect(tokensIn(refilled(refilled(bucket, rate, 0), rate, 1_100))).toBe(6);
  });
});
