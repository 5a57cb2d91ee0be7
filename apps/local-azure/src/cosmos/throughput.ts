import { SUBSTATUS_RATE_TOO_LARGE, throttled } from './cosmos-error.js';

/** The most that is saved up for a burst: the units of this long. */
const BURST_MS = 1_000;
const MS_PER_SECOND = 1_000;

interface Bucket {
  units: number;
  filledAtMs: number;
}

/**
 * Provisioned request units a second, for each container by itself. A request is admitted while units are left and charged
 * when it is done, so that the last one may overdraw, as at the service.
 */
export class Throughput {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly unitsPerSecond: number,
    private readonly nowMs: () => number,
  ) {}

  /** Throws 429, with the time after which units will be there, when the container has none left. */
  admit(container: string): void {
    const { units } = this.filled(container);
    if (units > 0) return;
    const waitMs = Math.ceil(((1 - units) / this.unitsPerSecond) * MS_PER_SECOND);
    throw throttled(waitMs, SUBSTATUS_RATE_TOO_LARGE);
  }

  charge(container: string, units: number): void {
    this.filled(container).units -= units;
  }

  private filled(container: string): Bucket {
    const now = this.nowMs();
    const most = (this.unitsPerSecond * BURST_MS) / MS_PER_SECOND;
    const bucket = this.buckets.get(container) ?? { units: most, filledAtMs: now };
    const gained = (Math.max(0, now - bucket.filledAtMs) * this.unitsPerSecond) / MS_PER_SECOND;
    bucket.units = Math.min(most, bucket.units + gained);
    bucket.filledAtMs = now;
    this.buckets.set(container, bucket);
    return bucket;
  }
}
