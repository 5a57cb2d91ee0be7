const SECONDS = 60;
const MS_PER_SECOND = 1_000;

/** Counts what happens, and tells how much of it there was per second over the last minute. */
export class MinuteRate {
  private readonly counts = new Float64Array(SECONDS);
  private second = 0;

  add(count: number, nowMs: number): void {
    this.advance(nowMs);
    this.counts[this.second % SECONDS]! += count;
  }

  /** The mean of the last 60 whole or begun seconds. */
  perSecond(nowMs: number): number {
    this.advance(nowMs);
    return this.counts.reduce((sum, count) => sum + count, 0) / SECONDS;
  }

  /** Forgets the seconds that are over for a minute. */
  private advance(nowMs: number): void {
    const second = Math.max(this.second, Math.floor(nowMs / MS_PER_SECOND));
    const passed = Math.min(second - this.second, SECONDS);
    for (let ago = 0; ago < passed; ago += 1) this.counts[(second - ago) % SECONDS] = 0;
    this.second = second;
  }
}
