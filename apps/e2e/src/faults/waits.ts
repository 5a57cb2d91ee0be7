/** Of what was waited for so many are told. */
const TOLD_MAX = 3;

/** Notes what was not right yet when a round was looked at, so that it can be told what it waited for. */
export class Waits {
  private readonly lastSeen = new Map<string, number>();

  /** What is wrong so many milliseconds after the last fault. */
  look(violations: readonly string[], atMs: number): void {
    for (const violation of violations) this.lastSeen.set(violation, atMs);
  }

  /** What was right last, the latest first, each with the time at which it still was wrong. */
  last(): string[] {
    return [...this.lastSeen]
      .sort(([, one], [, other]) => other - one)
      .slice(0, TOLD_MAX)
      .map(([violation, atMs]) => `still so after ${(atMs / 1_000).toFixed(1)} s: ${violation}`);
  }
}
