import { fullBucket, refilled, tokensIn, waitMsFor, without } from '@ballast/service-host';
import type { Rate, TokenBucket } from '@ballast/service-host';

/** Networks remembered; the one that was seen first goes. */
const NETWORKS_MAX = 50_000;

/** What became of a request without a sign-in. */
export interface AddressStanding {
  readonly isAllowed: boolean;
  /** Requests that may follow at once. */
  readonly remaining: number;
  readonly resetSeconds: number;
  readonly retryAfterSeconds: number;
}

/** Limits requests without a sign-in per network, in this process: they have nobody whose plan they could count against. */
export class AddressLimits {
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(readonly rate: Rate) {}

  /** Takes `cost` tokens of the network's bucket, or none where they are not all there. */
  take(network: string, cost: number, nowMs: number): AddressStanding {
    const before = refilled(this.buckets.get(network) ?? fullBucket(this.rate, nowMs), this.rate, nowMs);
    const isAllowed = tokensIn(before) >= cost;
    const bucket = isAllowed ? without(before, cost) : before;
    this.remember(network, bucket);
    return {
      isAllowed,
      remaining: isAllowed ? tokensIn(bucket) : 0,
      resetSeconds: Math.ceil(waitMsFor(bucket, this.rate, this.rate.burst) / 1_000),
      retryAfterSeconds: Math.max(1, Math.ceil(waitMsFor(bucket, this.rate, cost) / 1_000)),
    };
  }

  private remember(network: string, bucket: TokenBucket): void {
    this.buckets.set(network, bucket);
    if (this.buckets.size <= NETWORKS_MAX) return;
    for (const first of this.buckets.keys()) {
      this.buckets.delete(first);
      return;
    }
  }
}
