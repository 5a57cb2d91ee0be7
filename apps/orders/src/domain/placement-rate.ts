const MINUTE_MS = 60_000;

/** How many entries a profile has placed in the last minute of the clock in which it placed any. */
export interface PlacementRate {
  /** Minutes since 1970. */
  readonly minute: number;
  readonly entries: number;
}

/** The minute of the clock in which an instant lies, in minutes since 1970. */
export function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}

/** The rate after one more entry at `ms`, milliseconds since 1970. */
export function evolveRate(rate: PlacementRate | undefined, ms: number): PlacementRate {
  const minute = minuteOf(ms);
  return { minute, entries: rate?.minute === minute ? rate.entries + 1 : 1 };
}
