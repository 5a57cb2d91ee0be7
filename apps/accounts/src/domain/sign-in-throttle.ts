/** Failed sign-ins of one user after which no further one is tried. */
export const FAILURES_MAX = 10;
/** Milliseconds in which they count. */
export const FAILURES_WINDOW_MS = 300_000;
/** Users remembered; the one who failed longest ago is forgotten first. */
const USERS_MAX = 10_000;

/** Counts failed sign-ins per user in this process, against guessing. */
export class SignInThrottle {
  private readonly failures = new Map<string, number[]>();

  /** Milliseconds until the user may try again; 0 for now. */
  waitMs(userId: string, nowMs: number): number {
    const recent = this.recent(userId, nowMs);
    const oldest = recent[0];
    return oldest === undefined || recent.length < FAILURES_MAX ? 0 : oldest + FAILURES_WINDOW_MS - nowMs;
  }

  /** Remembers a failure. */
  fail(userId: string, nowMs: number): void {
    const recent = [...this.recent(userId, nowMs), nowMs].slice(-FAILURES_MAX);
    this.failures.delete(userId);
    this.failures.set(userId, recent);
    for (const oldest of this.failures.keys()) {
      if (this.failures.size <= USERS_MAX) return;
      this.failures.delete(oldest);
    }
  }

  /** Forgets a user's failures. */
  clear(userId: string): void {
    this.failures.delete(userId);
  }

  private recent(userId: string, nowMs: number): number[] {
    return (this.failures.get(userId) ?? []).filter((failedAtMs) => nowMs - failedAtMs < FAILURES_WINDOW_MS);
  }
}
