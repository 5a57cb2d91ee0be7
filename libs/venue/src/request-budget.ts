import { setTimeout as delay } from 'node:timers/promises';
import { VenueUnavailable } from './venue-errors.js';

/** How much a venue lets one account ask of it: `weightMax` at once, which comes back evenly within `perMs`. */
export interface RequestLimit {
  /** The venue's name for it, for errors. */
  name: string;
  weightMax: number;
  perMs: number;
}

/** Where a budget has its time from. */
export interface BudgetClock {
  nowMs(): number;
  sleep(waitMs: number): Promise<void>;
}

/** The share of a limit that only urgent calls (cancels and look-ups) may use. */
const URGENT_SHARE = 0.1;
/** A call that would have to wait longer than this is turned away instead. */
const WAIT_MS_MAX = 1_000;
/** How long nothing is asked after the venue limited us without naming a time; it doubles with each further time. */
const BACK_OFF_MS_MIN = 1_000;
const BACK_OFF_MS_MAX = 60_000;

const WALL_CLOCK: BudgetClock = { nowMs: () => Date.now(), sleep: (waitMs) => delay(waitMs) };

/**
 * What one account may still ask of a venue: a token bucket, and silence for as long as the venue asked for it. Every
 * adapter of the account shares one budget.
 */
export class RequestBudget {
  private weightLeft: number;
  private countedAtMs: number;
  private silentUntilMs = 0;
  private refusalsInARow = 0;

  constructor(
    private readonly limit: RequestLimit,
    private readonly clock: BudgetClock = WALL_CLOCK,
  ) {
    this.weightLeft = limit.weightMax;
    this.countedAtMs = clock.nowMs();
  }

  /** Takes the weight of a call, waiting up to a second for it; throws VenueUnavailable with the time to wait beyond that. */
  async take(weight: number, options: { isUrgent?: boolean } = {}): Promise<void> {
    const waitMs = this.waitMsFor(weight, options.isUrgent === true);
    if (waitMs > WAIT_MS_MAX) {
      throw new VenueUnavailable(`the limit "${this.limit.name}" is used up`, { retryAfterMs: waitMs });
    }
    // The weight is taken before the wait, so that whoever asks next waits behind this call.
    this.weightLeft -= weight;
    if (waitMs > 0) await this.clock.sleep(waitMs);
  }

  /** The venue answered that we ask too much: nothing is asked until the time it named, or one that doubles each time. */
  refused(retryAfterMs: number | undefined): number {
    const backOffMs = Math.min(BACK_OFF_MS_MIN * 2 ** this.refusalsInARow, BACK_OFF_MS_MAX);
    const silentMs = retryAfterMs ?? backOffMs;
    this.refusalsInARow += 1;
    this.silentUntilMs = Math.max(this.silentUntilMs, this.clock.nowMs() + silentMs);
    return silentMs;
  }

  /** The venue answered as it should. */
  answered(): void {
    this.refusalsInARow = 0;
  }

  private waitMsFor(weight: number, isUrgent: boolean): number {
    const nowMs = this.clock.nowMs();
    if (nowMs < this.silentUntilMs) return Math.max(this.silentUntilMs - nowMs, WAIT_MS_MAX + 1);
    const { weightMax, perMs } = this.limit;
    const regained = ((nowMs - this.countedAtMs) * weightMax) / perMs;
    this.weightLeft = Math.min(weightMax, this.weightLeft + Math.max(0, regained));
    this.countedAtMs = nowMs;
    const reserved = isUrgent ? 0 : weightMax * URGENT_SHARE;
    const missing = weight + reserved - this.weightLeft;
    return missing <= 0 ? 0 : Math.ceil((missing * perMs) / weightMax);
  }
}
