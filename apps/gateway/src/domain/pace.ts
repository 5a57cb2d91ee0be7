/** Messages that one subscriber is sent within any second, at most. */
export const MESSAGES_PER_SECOND_MAX = 100;
const SECOND_MS = 1_000;

interface Sent {
  readonly atMs: number;
  count: number;
}

/** How many messages one subscriber may be sent now, of so many within any second. Pure: told the time. */
export class Pace {
  private readonly lately: Sent[] = [];
  private sentLately = 0;

  /** Messages that may be sent now. */
  left(nowMs: number): number {
    for (let [first] = this.lately; first !== undefined && nowMs - first.atMs >= SECOND_MS; [first] = this.lately) {
      this.lately.shift();
      this.sentLately -= first.count;
    }
    return MESSAGES_PER_SECOND_MAX - this.sentLately;
  }

  /** So many are sent now. */
  spend(count: number, nowMs: number): void {
    const last = this.lately.at(-1);
    if (last?.atMs === nowMs) last.count += count;
    else this.lately.push({ atMs: nowMs, count });
    this.sentLately += count;
  }

  /** Milliseconds until another may be sent, 0 where one may now. */
  waitMs(nowMs: number): number {
    const [first] = this.lately;
    return this.left(nowMs) > 0 || first === undefined ? 0 : first.atMs + SECOND_MS - nowMs;
  }
}
