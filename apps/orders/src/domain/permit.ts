/** Milliseconds after its renewal for which a permit lets a call reach the broker. */
export const PERMIT_AGE_MS_MAX = 2_000;
/** Milliseconds for which a call may wait for its turn in the broker's request budget after it has begun. */
const CALL_WAIT_MS_MAX = 1_000;
/** Milliseconds after its renewal for which a permit lets a call begin. */
export const CALL_START_AGE_MS_MAX = PERMIT_AGE_MS_MAX - CALL_WAIT_MS_MAX;
/** Milliseconds by which the clocks of two replicas may differ. */
export const CLOCK_DIFFERENCE_MS_MAX = 1_000;

/** What one replica has said of itself in the store. */
export interface Permit {
  /** The epoch of the controls that it works under. */
  readonly epoch: number;
  /** The oldest epoch under which a call of its is still under way; its own where none is. */
  readonly oldestCallEpoch: number;
  /** By its own clock, before it wrote this, ISO 8601. */
  readonly renewedAt: string;
}

/** Milliseconds from now until no call that was begun under a permit can be under way any more; 0 when that is so. */
export function lapsesInMs(permit: Permit, nowMs: number, callDeadlineMs: number): number {
  const lapsedAtMs = Date.parse(permit.renewedAt) + PERMIT_AGE_MS_MAX + callDeadlineMs + CLOCK_DIFFERENCE_MS_MAX;
  return Math.max(0, lapsedAtMs - nowMs);
}

/**
 * Milliseconds until a change of the controls is certain to hold everywhere, at the latest: every replica works under
 * its epoch with no older call under way, or its permit has lapsed. 0 when that is so now.
 */
export function enforcedInMs(
  epoch: number,
  permits: readonly Permit[],
  { nowMs, callDeadlineMs }: { readonly nowMs: number; readonly callDeadlineMs: number },
): number {
  const older = permits.filter((permit) => permit.oldestCallEpoch < epoch);
  return Math.max(0, ...older.map((permit) => lapsesInMs(permit, nowMs, callDeadlineMs)));
}
