import type { Rate } from '@ballast/service-host';
import { monthStartMs } from '@ballast/service-host';
import type { AddressStanding } from './address-limits.js';
import type { Standing } from './subject-usage.js';

/** `RateLimit-Policy` and `RateLimit` of an answer, as draft-ietf-httpapi-ratelimit-headers-10 spells them. */
export type RateHeaders = Readonly<Record<'ratelimit-policy' | 'ratelimit', string>>;

/**
 * Of a caller with a plan: `burst` is whole again after its window if nothing is asked meanwhile, so that its quota over its
 * window is the sustained rate; `month` is the quota of the calendar month.
 */
export function rateHeadersOf(standing: Standing, nowMs: number): RateHeaders {
  const { plan, remaining, resetSeconds, quotaRemaining, monthEndsAtMs } = standing;
  const monthSeconds = Math.round((monthEndsAtMs - monthStartMs(monthEndsAtMs - 1)) / 1_000);
  const leftSeconds = Math.max(0, Math.ceil((monthEndsAtMs - nowMs) / 1_000));
  return {
    'ratelimit-policy': `"burst";q=${plan.burst};w=${windowSeconds(plan)}, "month";q=${plan.quotaPerMonth};w=${monthSeconds}`,
    ratelimit: `"burst";r=${remaining};t=${resetSeconds}, "month";r=${quotaRemaining};t=${leftSeconds}`,
  };
}

/** Of a request without a sign-in, which counts against its network. */
export function addressHeadersOf({ remaining, resetSeconds }: AddressStanding, rate: Rate): RateHeaders {
  return {
    'ratelimit-policy': `"address";q=${rate.burst};w=${windowSeconds(rate)}`,
    ratelimit: `"address";r=${remaining};t=${resetSeconds}`,
  };
}

/** Seconds, rounded up, in which an empty bucket is full. */
const windowSeconds = ({ ratePerSecond, burst }: Rate): number => Math.ceil(burst / ratePerSecond);
