/** How much is allowed in the long run, and how much at once. */
export interface Rate {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/**
 * A token bucket at one instant, in thousandths of a token: a rate of n tokens a second is n thousandths a millisecond,
 * so that whole numbers count exactly. Below zero it is in debt.
 */
export interface TokenBucket {
  readonly milliTokens: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** Thousandths of a token in one. */
export const MILLI = 1_000;

/** A bucket that is full. */
export function fullBucket({ burst }: Rate, nowMs: number): TokenBucket {
  return { milliTokens: burst * MILLI, atMs: nowMs };
}

/** The bucket later, at most full. A clock that went back adds nothing, and takes nothing. */
export function refilled(bucket: TokenBucket, { ratePerSecond, burst }: Rate, nowMs: number): TokenBucket {
  const passedMs = Math.max(0, nowMs - bucket.atMs);
  const milliTokens = Math.min(burst * MILLI, bucket.milliTokens + passedMs * ratePerSecond);
  return { milliTokens, atMs: Math.max(nowMs, bucket.atMs) };
}

/** The whole tokens in it; none in debt. */
export function tokensIn({ milliTokens }: TokenBucket): number {
  return Math.max(0, Math.floor(milliTokens / MILLI));
}

/** The bucket with so many tokens fewer, or more where `tokens` is below zero. */
export function without({ milliTokens, atMs }: TokenBucket, tokens: number): TokenBucket {
  return { milliTokens: milliTokens - tokens * MILLI, atMs };
}

/** Milliseconds, rounded up, until so many tokens are in it if nobody takes one; 0 where they are. */
export function waitMsFor({ milliTokens }: TokenBucket, { ratePerSecond }: Rate, tokens: number): number {
  return Math.max(0, Math.ceil((tokens * MILLI - milliTokens) / ratePerSecond));
}
