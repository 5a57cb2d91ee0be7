/** How long work waits for company at most. */
export const GATHERING_MS_MAX = 1;
/** Groups that follow one for which too little came, before more is waited for again. */
const GROUPS_BEFORE_GROWTH = 16;

/**
 * How much work a group waits for. A flush costs the same for much as for little, so it pays to wait while work keeps coming; but at most
 * for what half of the writers bring, so that the others have something to do while it is flushed.
 */
export class CommitPace {
  private size = 1;
  private groupsBeforeGrowth = 0;

  /** `writers` tells how many there are lately, each of whom waits for an answer before more comes. */
  constructor(private readonly writers: () => number) {}

  /** Whether that much work waits for no more. */
  isEnough(work: number): boolean {
    return work >= this.size || work >= Math.floor(this.writers() / 2);
  }

  /** Only that much work came in the longest time that any may wait. */
  endedWaiting(work: number): void {
    this.size = work;
    this.groupsBeforeGrowth = GROUPS_BEFORE_GROWTH;
  }

  /** Work was flushed, which had that much company: in its group, or behind it when it was done. */
  flushed(company: number): void {
    if (this.groupsBeforeGrowth > 0) this.groupsBeforeGrowth -= 1;
    else if (company > 0 && this.size < this.writers()) this.size += 1;
  }
}
