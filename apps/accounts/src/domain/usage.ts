import { PRODUCT_ID } from '@ballast/contracts';
import { DEFAULT_PLAN } from '@ballast/contracts/accounts';
import type { LeaseUsageRequest, UsageLeaseView, UsagePlanView, UsageView } from '@ballast/contracts/accounts';
import { MILLI, fullBucket, monthEndMs, refilled, tokensIn, without } from '@ballast/service-host';
import type { TokenBucket } from '@ballast/service-host';

/** The id of the one document of a subject. */
export const USAGE_ID = 'usage';
/** Seconds after the last use for which what nothing was given to is kept: longer than a month's quota and any bucket. */
export const USAGE_TTL_SECONDS = 90 * 86_400;
const FOR_EVER = -1;

/** What a user or an API key has used, as stored: one document, so that all gateways take from one bucket. */
export interface Usage {
  readonly id: typeof USAGE_ID;
  readonly productId: string;
  /** The user or the key. */
  readonly usageOf: string;
  readonly kind: 'usage';
  /** The plan that an admin gave; absent, it is the default one, or that of the key. */
  readonly planName?: string;
  /** Rises with every plan that is given. */
  readonly version: number;
  readonly bucket: TokenBucket;
  /** `2026-11`, of UTC. */
  readonly month: string;
  /** Requests of that month. */
  readonly used: number;
  /** Seconds after its last change until the store forgets it. */
  readonly ttl?: number;
}

/** What a subject starts with: a full bucket, and nothing used. */
export function newUsage(subject: string, plan: UsagePlanView, nowMs: number): Usage {
  const bucket = fullBucket(plan, nowMs);
  return {
    ...{ id: USAGE_ID, productId: PRODUCT_ID, usageOf: subject, kind: 'usage', version: 0 },
    ...{ bucket, month: monthOf(nowMs), used: 0 },
  };
}

/**
 * Grants what is asked for as far as bucket and quota reach. It counts as used from now on: what comes back unused is
 * taken off again, and what was let through without us is added, if need be as a debt of up to one burst.
 */
export function leased(
  usage: Usage,
  plan: UsagePlanView,
  { wanted, returned, owed, nowMs }: Pick<LeaseUsageRequest, 'wanted' | 'returned' | 'owed'> & { nowMs: number },
): { usage: Usage; lease: UsageLeaseView } {
  const { used: usedBefore } = atMonth(usage, nowMs);
  const settled = bounded(without(refilled(usage.bucket, plan, nowMs), owed - returned), plan);
  const quotaLeft = Math.max(0, plan.quotaPerMonth - Math.max(0, usedBefore - returned) - owed);
  const granted = Math.min(wanted, tokensIn(settled), quotaLeft);
  const bucket = without(settled, granted);
  const used = Math.max(0, usedBefore - returned) + owed + granted;
  return {
    usage: keptWhile({ ...usage, bucket, month: monthOf(nowMs), used }),
    lease: {
      ...{ plan, granted, availableMilli: bucket.milliTokens },
      ...{ quotaRemaining: Math.max(0, plan.quotaPerMonth - used), monthEndsAt: monthEndOf(nowMs) },
    },
  };
}

/** The usage with a plan of its own, which it keeps whether it is used or not. */
export function withPlanOfItsOwn(usage: Usage, planName: string): Usage {
  return keptWhile({ ...usage, planName, version: usage.version + 1 });
}

/** The usage as its subject sees it. */
export function usageViewOf(usage: Usage, plan: UsagePlanView, nowMs: number): UsageView {
  const { used } = atMonth(usage, nowMs);
  const remaining = Math.max(0, plan.quotaPerMonth - used);
  return { subject: usage.usageOf, plan, used, remaining, monthEndsAt: monthEndOf(nowMs) };
}

/** The plan of that name, or the default one where there is none any more. */
export function planNamed(plans: Readonly<Record<string, UsagePlanView>>, name: string | undefined): UsagePlanView {
  const found = name === undefined || !Object.hasOwn(plans, name) ? undefined : plans[name];
  return found ?? plans[DEFAULT_PLAN.name] ?? DEFAULT_PLAN;
}

/** Without a plan of its own it is, when it was not used for long, what a new one would be. */
function keptWhile(usage: Usage): Usage {
  return { ...usage, ttl: usage.planName === undefined ? USAGE_TTL_SECONDS : FOR_EVER };
}

/** What was used counts in its own month only. */
function atMonth({ month, used }: Usage, nowMs: number): { used: number } {
  return { used: month === monthOf(nowMs) ? used : 0 };
}

function bounded({ milliTokens, atMs }: TokenBucket, { burst }: UsagePlanView): TokenBucket {
  return { milliTokens: Math.min(burst * MILLI, Math.max(-burst * MILLI, milliTokens)), atMs };
}

function monthOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 'yyyy-mm'.length);
}

function monthEndOf(nowMs: number): string {
  return new Date(monthEndMs(nowMs)).toISOString();
}
