/** A rate that may be exceeded for a moment: tokens that come back with time. Pure: its user says what time it is. */
export class Pace {
  #tokens: number;
  #atMs: number | undefined;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.#tokens = burst;
  }

  /** Takes one token, if there is one. */
  take(nowMs: number): boolean {
    const passedMs = Math.max(nowMs - (this.#atMs ?? nowMs), 0);
    this.#tokens = Math.min(this.#tokens + (passedMs * this.perSecond) / 1_000, this.burst);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
