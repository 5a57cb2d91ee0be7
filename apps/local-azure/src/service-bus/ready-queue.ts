/** One subscription's own copy of a message; its body is stored once for all of them. */
export interface Copy {
  readonly sequence: number;
  /** The stored message; also its enqueued sequence number. */
  readonly message: number;
  /** Failed deliveries so far. */
  deliveryCount: number;
  /** The moment it may no longer be delivered; null is never. */
  readonly expiresAtMs: number | null;
  /** An encoded application-properties section that replaces the message's own. */
  applicationProperties: Uint8Array | null;
  /** Whether it was deferred: it is given only to who asks for its number. */
  readonly deferred?: boolean;
}

const COMPACT_AFTER = 1_024;

/**
 * Copies ready for delivery, by sequence number. New ones arrive in order and are kept in a plain run; a copy that
 * comes back finds its old place through a heap. Both ends cost O(1), a return O(log n).
 */
export class ReadyQueue {
  private run: Copy[] = [];
  private runStart = 0;
  private readonly returned: Copy[] = [];
  private earliestExpiryMs = Infinity;

  get size(): number {
    return this.run.length - this.runStart + this.returned.length;
  }

  /** The copy with the lowest sequence number, which stays. */
  get first(): Copy | undefined {
    const fresh = this.run[this.runStart];
    const back = this.returned[0];
    return back !== undefined && (fresh === undefined || back.sequence < fresh.sequence) ? back : fresh;
  }

  /** No copy here expires before; undefined when none does at all. */
  get nextExpiryMs(): number | undefined {
    return this.size === 0 || this.earliestExpiryMs === Infinity ? undefined : this.earliestExpiryMs;
  }

  /** Takes the copies whose time is over, looking at every copy, so that it costs O(n). */
  takeExpired(nowMs: number): Copy[] {
    const copies = [...this.run.slice(this.runStart), ...this.returned];
    const expired: Copy[] = [];
    this.reset();
    this.returned.length = 0;
    this.earliestExpiryMs = Infinity;
    for (const copy of copies) {
      if (copy.expiresAtMs !== null && copy.expiresAtMs <= nowMs) expired.push(copy);
      else this.add(copy);
    }
    return expired;
  }

  add(copy: Copy): void {
    if (copy.expiresAtMs !== null) this.earliestExpiryMs = Math.min(this.earliestExpiryMs, copy.expiresAtMs);
    const last = this.run.at(-1);
    if (this.runStart === this.run.length || last === undefined || last.sequence < copy.sequence) this.run.push(copy);
    else this.pushReturned(copy);
  }

  /** Takes the copy with the lowest sequence number. */
  take(): Copy | undefined {
    const fresh = this.run[this.runStart];
    const back = this.returned[0];
    if (back !== undefined && (fresh === undefined || back.sequence < fresh.sequence)) return this.popReturned();
    if (fresh === undefined) return undefined;
    this.runStart += 1;
    if (this.runStart === this.run.length) this.reset();
    else if (this.runStart > COMPACT_AFTER && this.runStart * 2 > this.run.length) {
      this.run = this.run.slice(this.runStart);
      this.runStart = 0;
    }
    return fresh;
  }

  /** Drops everything. */
  clear(): void {
    this.reset();
    this.returned.length = 0;
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
