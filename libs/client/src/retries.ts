/** How often and how long the client tries. */
export interface RetryOptions {
  /** Tries of one call, the first one among them. */
  readonly triesMax: number;
  /** Milliseconds before the second try; doubled for each further one. */
  readonly firstDelayMs: number;
  /** Milliseconds between two tries, at most; an answer that wants more is given back as it is. */
  readonly delayMsMax: number;
}

/** What is tried unless the client is told otherwise. */
export const RETRIES: RetryOptions = { triesMax: 4, firstDelayMs: 250, delayMsMax: 10_000 };

/** What came of one try. */
export interface Tried {
  /** 1 for the first. */
  readonly tries: number;
  /** Absent where no answer arrived. */
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  /** Whether doing it twice is the same as doing it once: a read, a PUT, a DELETE, or under an `Idempotency-Key`. */
  readonly isRepeatable: boolean;
}

/** Statuses that say that nothing was done, and that it can be tried again. */
const NOT_DONE = [429, 503];

/**
 * Milliseconds to wait before the next try, or undefined where there is none: 429 and 503 are tried again, and calls
 * that can be repeated also where no answer arrived. `Retry-After` is obeyed.
 */
export function delayBeforeNextTry(
  { tries, status, retryAfterSeconds = 0, isRepeatable }: Tried,
  { triesMax, firstDelayMs, delayMsMax }: RetryOptions,
): number | undefined {
  const mayPass = status === undefined ? isRepeatable : NOT_DONE.includes(status) && (isRepeatable || status === 429);
  if (!mayPass || tries >= triesMax || retryAfterSeconds * 1_000 > delayMsMax) return undefined;
  const delayMs = Math.min(firstDelayMs * 2 ** (tries - 1), delayMsMax);
  return Math.max(delayMs, retryAfterSeconds * 1_000);
}
