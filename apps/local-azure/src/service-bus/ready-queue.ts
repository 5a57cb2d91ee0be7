/** One subscription's own copy of a message; its body is stored once for all of them. */
export interface Copy {
  readonly sequence: number;
  /** The stored message; also its enqueued sequence number. */
  readonly message: number;
  /** Whether the message was stored with more than one copy. */
  readonly isShared: boolean;
  /** Failed deliveries so far. */
  deliveryCount: number;
  /** The moment it may no longer be delivered; null is never. */
  readonly expiresAtMs: number | null;
  /** An encoded application-properties section that replaces the message's own. */
  applicationProperties: Uint8Array | null;
  /** Whether it was deferred: it is given only to who asks for its number. */
  readonly deferred: boolean;
  /** The session it belongs to, where messages are handed out by session; null is none. */
  readonly sessionId: string | null;
}

/** Reads the first ready copies behind a sequence number from disk, in their order. */
export type ReadCopies = (afterSequence: number, countMax: number) => Copy[];

/** Copies of a queue that are held in memory at most before the rest waits on disk. */
export const HELD_MAX = 1_000;
const COMPACT_AFTER = 1_024;

/**
 * Copies ready for delivery, by sequence number: the first of them in memory, the rest on disk until their turn comes. New
 * ones arrive in order and are kept in a plain run; a copy that comes back finds its old place through a heap.
 */
export class ReadyQueue {
  private run: Copy[] = [];
  private runStart = 0;
  private readonly returned: Copy[] = [];
  /** Every copy up to this number is held, or was taken. */
  private readTo = 0;
  /** Whether there may be copies behind it that are on disk only. */
  private hasMore = true;

  constructor(
    private readonly read: ReadCopies,
    private readonly heldMax = HELD_MAX,
  ) {}

  /** How many copies are in memory. */
  get held(): number {
    return this.run.length - this.runStart + this.returned.length;
  }

  get isEmpty(): boolean {
    return this.first === undefined;
  }

  /** The copy with the lowest sequence number, which stays. */
  get first(): Copy | undefined {
    if (this.held === 0) this.readMore();
    const fresh = this.run[this.runStart];
    const back = this.returned[0];
    return back !== undefined && (fresh === undefined || back.sequence < fresh.sequence) ? back : fresh;
  }

  /** Whether the copy with this number is in memory or was taken from here, so that what is on disk is not the whole of it. */
  hasRead(sequence: number): boolean {
    return sequence <= this.readTo;
  }

  /** Takes the copies in memory whose time is over, looking at every one of them. */
  takeExpired(nowMs: number): Copy[] {
    const copies = [...this.run.slice(this.runStart), ...this.returned];
    const expired: Copy[] = [];
    this.reset();
    this.returned.length = 0;
    for (const copy of copies) {
      if (copy.expiresAtMs !== null && copy.expiresAtMs <= nowMs) expired.push(copy);
      else this.hold(copy);
    }
    return expired;
  }

  /** Adds a copy that is on disk as a ready one by now, or comes back from where it was taken to. */
  add(copy: Copy): void {
    if (!this.hasRead(copy.sequence)) {
      this.hasMore ||= this.held >= this.heldMax;
      if (this.hasMore) return;
      this.readTo = copy.sequence;
    }
    this.hold(copy);
  }

  /** Takes the copy with the lowest sequence number. */
  take(): Copy | undefined {
    const { first } = this;
    if (first === undefined) return undefined;
    if (first === this.returned[0]) return this.popReturned();
    this.runStart += 1;
    if (this.runStart === this.run.length) this.reset();
    else if (this.runStart > COMPACT_AFTER && this.runStart * 2 > this.run.length) {
      this.run = this.run.slice(this.runStart);
      this.runStart = 0;
    }
    return first;
  }

  /** Drops everything, and reads nothing more. */
  clear(): void {
    this.reset();
    this.returned.length = 0;
    this.readTo = Infinity;
    this.hasMore = false;
  }

  private readMore(): void {
    if (!this.hasMore) return;
    const countMax = Math.ceil(this.heldMax / 2);
    const copies = this.read(this.readTo, countMax);
    this.hasMore = copies.length === countMax;
    this.run = copies;
    this.runStart = 0;
    this.readTo = copies.at(-1)?.sequence ?? this.readTo;
  }

  private hold(copy: Copy): void {
    const last = this.run.at(-1);
    if (this.runStart === this.run.length || last === undefined || last.sequence < copy.sequence) this.run.push(copy);
    else this.pushReturned(copy);
  }

  private reset(): void {
    this.run = [];
    this.runStart = 0;
  }

  private pushReturned(copy: Copy): void {
    const heap = this.returned;
    let at = heap.push(copy) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]!.sequence <= copy.sequence) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = copy;
  }

  private popReturned(): Copy {
    const heap = this.returned;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.sequence < heap[child]!.sequence) child += 1;
      if (heap[child]!.sequence >= last.sequence) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
