/** Milliseconds before the first repetition of what failed. */
const RETRY_MS = 50;
/** Milliseconds between two repetitions, at most. */
const RETRY_MS_MAX = 5_000;

/** Milliseconds to wait after the n-th failure in a row (from 1): doubling, bounded. */
export function retryDelayMs(failureCount: number): number {
  return Math.min(RETRY_MS * 2 ** (failureCount - 1), RETRY_MS_MAX);
}
