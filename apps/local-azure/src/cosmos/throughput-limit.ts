import { SUBSTATUS_RATE_TOO_LARGE, throttled } from './cosmos-error.js';

/** The most that is saved up for a burst: the units of this long. */
const BURST_MS = 1_000;
const MS_PER_SECOND = 1_000;

/** What requests draw on: the throughput of a container, or of the database that it shares. */
export interface ThroughputSource {
  /** The internal id of whose throughput it is. */
  readonly resource: string;
  readonly requestUnitsPerSecond: number;
}

interface Bucket {
  units: number;
  filledAtMs: number;
}

/**
 * Keeps requests within the request units a second of what they draw on. A request is admitted while units are left and
 * charged when it is done, so that the last one may overdraw, as at the service.
 */
export class ThroughputLimit {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly nowMs: () => number) {}

  /** Throws 429, with the time after which units will be there, when none are left. */
  admit(source: ThroughputSource): void {
    const { units } = this.filled(source);
    if (units > 0) return;
    const waitMs = Math.ceil(((1 - units) / source.requestUnitsPerSecond) * MS_PER_SECOND);
    throw throttled(waitMs, SUBSTATUS_RATE_TOO_LARGE);
  }

  charge(source: ThroughputSource, units: number): void {
    this.filled(source).units -= units;
  }

  private filled({ resource, requestUnitsPerSecond }: ThroughputSource): Bucket {
    const now = this.nowMs();
    const most = (requestUnitsPerSecond * BURST_MS) / MS_PER_SECOND;
    const bucket = this.buckets.get(resource) ?? { units: most, filledAtMs: now };
    const gained = (Math.max(0, now - bucket.filledAtMs) * requestUnitsPerSecond) / MS_PER_SECOND;
    bucket.units = Math.min(most, bucket.units + gained);
    bucket.filledAtMs = now;
    this.buckets.set(resource, bucket);
    return bucket;
  }
}
