/** How the items of one lane are gathered into one call. */
export interface Gather {
  /** Milliseconds that the first item of a call waits for others, from when no call of the lane runs. */
  readonly ms: number;
  /** Items in one call. */
  readonly max: number;
}

interface Lane<Item> {
  readonly waiting: Item[];
  running: boolean;
  /** The gathering time is over, so the next call may begin with what is there. */
  due: boolean;
  timer?: NodeJS.Timeout;
}

/**
 * Works on one call per lane at a time and on many lanes at once, the items of a lane in the order in which they were
 * added. Without `gather` a call has one item. `work` must not reject.
 */
export class Lanes<Item> {
  private readonly lanes = new Map<string, Lane<Item>>();
  private running = 0;
  private stopped = false;
  private idleWaiters: (() => void)[] = [];

  constructor(
    private readonly work: (items: Item[]) => Promise<void>,
    private readonly gather?: Gather,
  ) {}

  /** Queues an item at the end of its lane. Throws when the lanes are stopped. */
  add(key: string, item: Item): void {
    if (this.stopped) throw new Error('the lanes are stopped');
    let lane = this.lanes.get(key);
    if (lane === undefined) this.lanes.set(key, (lane = { waiting: [], running: false, due: false }));
    lane.waiting.push(item);
    this.next(key, lane);
  }

  /** Lets nothing more begin, and gives back every item that has not begun. */
  stop(): Item[] {
    this.stopped = true;
    return [...this.lanes.values()].flatMap((lane) => {
      clearTimeout(lane.timer);
      return lane.waiting.splice(0);
    });
  }

  /** Resolves when no call is running. */
  async idle(): Promise<void> {
    if (this.running > 0) await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  private next(key: string, lane: Lane<Item>): void {
    if (lane.running || this.stopped) return;
    if (lane.waiting.length === 0) {
      this.lanes.delete(key);
      return;
    }
    if (this.gather !== undefined && !lane.due && lane.waiting.length < this.gather.max) {
      this.waitForMore(key, lane, this.gather.ms);
      return;
    }
    clearTimeout(lane.timer);
    lane.timer = undefined;
    void this.run(key, lane, lane.waiting.splice(0, this.gather?.max ?? 1));
  }

  private waitForMore(key: string, lane: Lane<Item>, ms: number): void {
    lane.timer ??= setTimeout(() => {
      lane.due = true;
      this.next(key, lane);
    }, ms);
  }

  private async run(key: string, lane: Lane<Item>, items: Item[]): Promise<void> {
    lane.running = true;
    this.running += 1;
    try {
      await this.work(items);
    } finally {
      lane.running = false;
      this.running -= 1;
      // What came in the meantime waits for others too: under load a call with few items costs as much as one with many.
      lane.due = false;
      this.next(key, lane);
      if (this.running === 0) this.idleWaiters.splice(0).forEach((resolve) => resolve());
    }
  }
}
