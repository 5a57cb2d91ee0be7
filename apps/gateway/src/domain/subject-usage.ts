import { DEFAULT_PLAN } from '@ballast/contracts/accounts';
import type { UsageLeaseView, UsagePlanView } from '@ballast/contracts/accounts';
import { fullBucket, monthEndMs, refilled, tokensIn, waitMsFor, without } from '@ballast/service-host';
import type { TokenBucket } from '@ballast/service-host';

/** Milliseconds for which requests that were leased may be used; then they go back. */
export const SLICE_TTL_MS = 10_000;
/** Milliseconds of demand that one slice is to cover. */
const SLICE_COVERS_MS = 1_000;
/** Requests of a slice, at least, where the burst allows it: who asks seldom does not ask accounts every time. */
const SLICE_MIN = 10;
/** A slice is at most this part of the burst: what replicas hold at most shifts so much from one moment to another. */
const SLICES_PER_BURST = 20;
/** Milliseconds between two asks while the bucket of accounts is empty. */
export const EMPTY_SPACING_MS = 100;
/** Milliseconds between two asks while the quota of the month is used up. */
const EXHAUSTED_SPACING_MS = 5_000;
/** Milliseconds between two asks while accounts cannot be reached. */
const AWAY_SPACING_MS = 1_000;
/** Milliseconds for which a gateway goes on alone: as long as the last access tokens live. */
export const ALONE_MS_MAX = 900_000;
/** Milliseconds in which demand is measured. */
const DEMAND_WINDOW_MS = 1_000;

/** What becomes of a request: it may pass, must wait for a lease, is too much, or nobody can say. */
export type Verdict = 'pass' | 'ask' | 'too-fast' | 'quota-exhausted' | 'unknown';

/** What the caller is told of their usage. */
export interface Standing {
  readonly plan: UsagePlanView;
  /** Requests that may follow at once. */
  readonly remaining: number;
  /** Seconds until the burst is whole again. */
  readonly resetSeconds: number;
  readonly quotaRemaining: number;
  /** Milliseconds since 1970. */
  readonly monthEndsAtMs: number;
}

/**
 * What this gateway may let through for one user or API key: slices leased from accounts, and while accounts cannot be
 * reached its own count against the plan as it was last known. Pure: told the time, it says what to do.
 */
export class SubjectUsage {
  private plan: UsagePlanView = DEFAULT_PLAN;
  /** The bucket as far as it is known here: that of accounts at the last answer, with what is held. */
  private view: TokenBucket;
  private held = 0;
  private heldUntilMs = 0;
  private unused = 0;
  private owed = 0;
  private quotaRemaining: number = DEFAULT_PLAN.quotaPerMonth;
  private monthEndsAtMs: number;
  private askAgainAtMs = Number.NEGATIVE_INFINITY;
  private isAlone = false;
  private heardAtMs: number;
  private demand = { sinceMs: 0, count: 0, perMs: 0 };

  constructor(nowMs: number) {
    this.view = fullBucket(this.plan, nowMs);
    this.heardAtMs = nowMs;
    this.monthEndsAtMs = monthEndMs(nowMs);
  }

  /** Decides on one request. `ask` takes nothing: it is decided again after the answer of accounts. */
  take(nowMs: number): Verdict {
    this.pass(nowMs);
    this.measure(nowMs);
    if (this.held > 0) {
      this.held -= 1;
      return this.passed();
    }
    if (this.isAlone) return this.takeAlone(nowMs);
    if (nowMs >= this.askAgainAtMs) return 'ask';
    return this.quotaRemaining === 0 ? 'quota-exhausted' : 'too-fast';
  }

  /** Whether a lease should be asked for before it is needed. */
  wantsMore(nowMs: number): boolean {
    if (nowMs < this.askAgainAtMs) return false;
    return this.isAlone || (this.isBusy() && this.held * 4 < this.sliceSize());
  }

  /** What to ask of accounts; `waiting` requests are held until the answer. What goes back is forgotten here. */
  request(waiting: number): { wanted: number; returned: number; owed: number } {
    const { unused: returned, owed } = this;
    this.unused = 0;
    this.owed = 0;
    return { wanted: Math.min(this.plan.burst, Math.max(this.sliceSize(), waiting)), returned, owed };
  }

  /** What to give back: all that is held and not used. Nothing of it may be used afterwards. */
  giveBack(): number {
    const returned = this.held + this.unused;
    this.held = 0;
    this.unused = 0;
    return returned;
  }

  /** Whether something is held for so long that it must go back. */
  isStale(nowMs: number): boolean {
    this.pass(nowMs);
    return this.unused > 0;
  }

  /** Takes the answer of accounts to what was asked at `askedAtMs`. */
  grant(
    lease: UsageLeaseView,
    { wanted, askedAtMs, nowMs }: { wanted: number; askedAtMs: number; nowMs: number },
  ): void {
    this.pass(nowMs);
    this.plan = lease.plan;
    this.isAlone = false;
    this.heardAtMs = nowMs;
    this.held += lease.granted;
    if (lease.granted > 0) this.heldUntilMs = askedAtMs + SLICE_TTL_MS;
    this.quotaRemaining = lease.quotaRemaining;
    this.monthEndsAtMs = Date.parse(lease.monthEndsAt);
    const bucket = { milliTokens: lease.availableMilli, atMs: nowMs };
    this.view = without(bucket, -this.held);
    this.askAgainAtMs = lease.granted < wanted ? this.askAgainAfter(bucket, nowMs) : Number.NEGATIVE_INFINITY;
  }

  /** Accounts could not be asked, and not told what was `owed`: goes on alone, as it was, and owes what passes. */
  fail(owed: number, nowMs: number): void {
    this.owed += owed;
    this.isAlone = true;
    this.askAgainAtMs = nowMs + AWAY_SPACING_MS;
  }

  /** What the caller is told after `verdict`. */
  standing(nowMs: number, verdict: Verdict): Standing {
    const bucket = refilled(this.view, this.plan, nowMs);
    return {
      plan: this.plan,
      remaining: verdict === 'pass' ? tokensIn(bucket) : 0,
      resetSeconds: Math.ceil(waitMsFor(bucket, this.plan, this.plan.burst) / 1_000),
      quotaRemaining: this.quotaRemaining + this.held,
      monthEndsAtMs: this.monthEndsAtMs,
    };
  }

  /** Whole seconds after which a refused caller may try again: for the next request, or for the next month. */
  retryAfterSeconds(nowMs: number, verdict: Verdict): number {
    if (verdict === 'quota-exhausted') return Math.max(1, Math.ceil((this.monthEndsAtMs - nowMs) / 1_000));
    const bucket = refilled(this.view, this.plan, nowMs);
    return Math.max(1, Math.ceil(waitMsFor(bucket, this.plan, 1) / 1_000));
  }

  private takeAlone(nowMs: number): Verdict {
    if (nowMs - this.heardAtMs > ALONE_MS_MAX) return 'unknown';
    if (this.quotaRemaining === 0) return 'quota-exhausted';
    this.view = refilled(this.view, this.plan, nowMs);
    if (tokensIn(this.view) === 0) return 'too-fast';
    this.owed += 1;
    this.quotaRemaining -= 1;
    return this.passed();
  }

  private passed(): Verdict {
    this.view = without(this.view, 1);
    return 'pass';
  }

  /** Time passes: what was held too long is not used any more. */
  private pass(nowMs: number): void {
    if (this.held > 0 && nowMs >= this.heldUntilMs) {
      this.unused += this.held;
      this.held = 0;
    }
    this.view = refilled(this.view, this.plan, nowMs);
  }

  private measure(nowMs: number): void {
    this.demand.count += 1;
    const passedMs = nowMs - this.demand.sinceMs;
    if (passedMs >= DEMAND_WINDOW_MS) {
      this.demand = { sinceMs: nowMs, count: 0, perMs: this.demand.count / passedMs };
    }
  }

  private demandPerMs(): number {
    return Math.max(this.demand.perMs, this.demand.count / DEMAND_WINDOW_MS);
  }

  /** Whether so much is asked that the next slice will be used before it goes back. */
  private isBusy(): boolean {
    return this.demandPerMs() * SLICE_TTL_MS >= SLICE_MIN;
  }

  private sliceSize(): number {
    const sizeMax = Math.max(1, Math.floor(this.plan.burst / SLICES_PER_BURST));
    return Math.min(sizeMax, Math.max(SLICE_MIN, Math.ceil(this.demandPerMs() * SLICE_COVERS_MS)));
  }

  private askAgainAfter(bucket: TokenBucket, nowMs: number): number {
    if (this.quotaRemaining === 0) return Math.min(nowMs + EXHAUSTED_SPACING_MS, this.monthEndsAtMs);
    return nowMs + Math.max(EMPTY_SPACING_MS, waitMsFor(bucket, this.plan, 1));
  }
}
