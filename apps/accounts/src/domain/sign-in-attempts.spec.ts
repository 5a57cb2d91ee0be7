import { FIRST_WAIT_MS, FREE_FAILURES, WAIT_MS_MAX, decideAttempt, forgiven, noAttempts } from './sign-in-attempts.js';
import type { SignInAttempts } from './sign-in-attempts.js';

/** Attempts one after another, each as soon as it may be made, with the wait after each. */
function waitsOf(count: number): number[] {
  const waits: number[] = [];
  let nowMs = 1_000;
  let attempts: SignInAttempts = noAttempts('usr_1');
  for (let index = 0; index < count; index += 1) {
    const decision = decideAttempt(attempts, nowMs);
    if ('waitMs' in decision) throw new Error('it has waited');
    attempts = decision.next;
    const waitMs = Math.max(0, attempts.waitUntilMs - nowMs);
    waits.push(waitMs);
    nowMs += waitMs;
  }
  return waits;
}

it('lets four failures pass, makes the fifth wait, and doubles the wait up to a quarter of an hour', () => {
  const waits = waitsOf(FREE_FAILURES + 6);
  expect(waits.slice(0, FREE_FAILURES)).toEqual([0, 0, 0, 0, FIRST_WAIT_MS]);
  expect(waits.slice(FREE_FAILURES)).toEqual([60_000, 120_000, 240_000, 480_000, WAIT_MS_MAX, WAIT_MS_MAX]);
  expect(waitsOf(200).at(-1)).toBe(WAIT_MS_MAX);
});

it('says how long to wait, and counts no attempt that it does not let pass', () => {
  const attempts = { ...noAttempts('usr_1'), failures: 5, waitUntilMs: 2_000 };
  expect(decideAttempt(attempts, 1_999)).toEqual({ waitMs: 1 });
  expect(decideAttempt(attempts, 2_000)).toMatchObject({ next: { failures: 6 } });
});

it('forgives one attempt and none before it', () => {
  const attempts = { ...noAttempts('usr_1'), failures: 6, waitUntilMs: 2_000 };
  expect(forgiven(attempts)).toMatchObject({ failures: 5, waitUntilMs: 0 });
  expect(forgiven(noAttempts('usr_1'))).toMatchObject({ failures: 0 });
});
