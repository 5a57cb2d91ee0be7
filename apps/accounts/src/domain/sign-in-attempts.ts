import { PRODUCT_ID } from '@ballast/contracts';

/** Attempts in a row that may fail before the next one has to wait. */
export const FREE_FAILURES = 5;
/** Milliseconds of the first wait; each further failure doubles it. */
export const FIRST_WAIT_MS = 30_000;
/** Milliseconds of the longest wait. */
export const WAIT_MS_MAX = 900_000;
/** Seconds after the last attempt in which failures are forgotten: a day. */
const FORGOTTEN_AFTER_SECONDS = 86_400;

/** The attempts of one name in a row that have not succeeded, as stored; there for names that nobody has, too. */
export interface SignInAttempts {
  readonly id: string;
  readonly productId: string;
  readonly userId: string;
  readonly kind: 'attempts';
  readonly ttl: number;
  readonly failures: number;
  /** Milliseconds since 1970 before which no attempt is looked at. */
  readonly waitUntilMs: number;
}

/** The id of a user's attempts, in the user's partition. */
export function attemptsIdOf(userId: string): string {
  return `att_${userId.slice(4)}`;
}

/** No failure, as it is before the first attempt and after a success. */
export function noAttempts(userId: string): SignInAttempts {
  return {
    id: attemptsIdOf(userId),
    productId: PRODUCT_ID,
    userId,
    kind: 'attempts',
    ttl: FORGOTTEN_AFTER_SECONDS,
    failures: 0,
    waitUntilMs: 0,
  };
}

/**
 * The attempts with one more, counted as failed before it is looked at, so that attempts made together are counted like
 * attempts made one by one; or the milliseconds to wait before another may be made.
 */
export function decideAttempt(attempts: SignInAttempts, nowMs: number): { next: SignInAttempts } | { waitMs: number } {
  if (attempts.waitUntilMs > nowMs) return { waitMs: attempts.waitUntilMs - nowMs };
  const failures = attempts.failures + 1;
  const doublings = failures - FREE_FAILURES;
  const waitMs = doublings < 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** Math.min(doublings, 20), WAIT_MS_MAX);
  return { next: { ...attempts, failures, waitUntilMs: waitMs === 0 ? 0 : nowMs + waitMs } };
}

/** The attempts without one that succeeded in its first half. Those before it stay counted, and nobody has to wait. */
export function forgiven(attempts: SignInAttempts): SignInAttempts {
  return { ...attempts, failures: Math.max(0, attempts.failures - 1), waitUntilMs: 0 };
}
