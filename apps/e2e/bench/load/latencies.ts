import { build } from 'hdr-histogram-js';

const MICROS_PER_MS = 1_000;
const SIGNIFICANT_DIGITS = 3;

/** Milliseconds that something took, many times: exact to three digits, however long the longest was. */
export class Latencies {
  private readonly histogram = build({ numberOfSignificantValueDigits: SIGNIFICANT_DIGITS });

  /** Clocks of different processes may differ by less than a millisecond: what seems to end before it began took nothing. */
  add(ms: number): void {
    this.histogram.recordValue(Math.max(0, Math.round(ms * MICROS_PER_MS)));
  }

  get count(): number {
    return this.histogram.totalCount;
  }

  /** Milliseconds within which so many of a hundred ended; NaN of nothing. */
  percentile(of: number): number {
    return this.count === 0 ? Number.NaN : this.histogram.getValueAtPercentile(of) / MICROS_PER_MS;
  }
}
