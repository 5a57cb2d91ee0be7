/** Something that has a place in a stream; without a `sequence` it has none and is never held back. */
export interface Sequenced {
  readonly sequence?: number;
}

/** Items held back in one stream, at most; with more, the missing one is not waited for any longer. */
export const HELD_MAX = 1_000;

/**
 * One stream of items that arrive in nearly the order of their sequence and leave in it. Pure: it knows no clock; its
 * user calls `giveUp` when what is missing has been waited for long enough.
 */
export class SequenceOrder<Item extends Sequenced> {
  /** Unknown before the first item: a stream may have begun before we listened, or not. */
  #next: number | undefined;
  #held: Item[] = [];

  /** Whether items wait for one that is missing. */
  get isWaiting(): boolean {
    return this.#held.length > 0;
  }

  /** Whether it is known where the stream stands: something has left already. */
  get hasBegun(): boolean {
    return this.#next !== undefined;
  }

  /** Takes one item and returns what may leave now, in order. One that is late leaves at once: better late than lost. */
  take(item: Item): Item[] {
    const { sequence } = item;
    if (sequence === undefined) return [item];
    if (sequence < (this.#next ?? 1)) return [item];
    this.#held.push(item);
    this.#held.sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));
    return this.#held.length > HELD_MAX ? this.giveUp() : this.#ready(this.#next ?? 1);
  }

  /** Stops waiting for what is missing first, and returns what may leave now. */
  giveUp(): Item[] {
    const [first] = this.#held;
    return first?.sequence === undefined ? [] : this.#ready(first.sequence);
  }

  #ready(next: number): Item[] {
    let expected = next;
    let count = 0;
    for (const { sequence } of this.#held) {
      if (sequence !== undefined && sequence > expected) break;
      expected = (sequence ?? expected) + 1;
      count += 1;
    }
    if (count > 0) this.#next = expected;
    return this.#held.splice(0, count);
  }
}
