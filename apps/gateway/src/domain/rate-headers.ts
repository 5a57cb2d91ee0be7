import type { UsagePlanView } from '@ballast/contracts/accounts';
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
  const leftSeconds = Math.max(0, Math.ceil((monthEndsAtMs - nowMs) / 1_000));
  return {
    'ratelimit-policy': policyOf(plan, monthEndsAtMs),
    ratelimit: `"burst";r=${remaining};t=${resetSeconds}, "month";r=${quotaRemaining};t=${leftSeconds}`,
  };
}

/** The policy of a plan in the month that ends then: what stays the same from answer to answer, written once. */
function policyOf(plan: UsagePlanView, monthEndsAtMs: number): string {
  const known = policies.get(plan);
  if (known?.monthEndsAtMs === monthEndsAtMs) return known.text;
  const monthSeconds = Math.round((monthEndsAtMs - monthStartMs(monthEndsAtMs - 1)) / 1_000);
  const text = `"burst";q=${plan.burst};w=${windowSeconds(plan)}, "month";q=${plan.quotaPerMonth};w=${monthSeconds}`;
  policies.set(plan, { monthEndsAtMs, text });
  return text;
}

const policies = new WeakMap<UsagePlanView, { readonly monthEndsAtMs: number; readonly text: string }>();

/** Of a request without a sign-in, which counts against its network. */
export function addressHeadersOf({ remaining, resetSeconds }: AddressStanding, rate: Rate): RateHeaders {
  return {
    'ratelimit-policy': `"address";q=${rate.burst};w=${windowSeconds(rate)}`,
    ratelimit: `"address";r=${remaining};t=${resetSeconds}`,
  };
}

/** Seconds, rounded up, in which an empty bucket is full. */
const windowSeconds = ({ ratePerSecond, burst }: Rate): number => Math.ceil(burst / ratePerSecond);
