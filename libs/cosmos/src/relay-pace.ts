/** Events (and other rows) in one read, at most. */
export const PAGE_ITEMS_MAX = 200;
/** Milliseconds between two reads while there is something to read, so that one read serves many commits. */
export const READ_SPACING_MS = 20;
/** Milliseconds to the next read after the first empty one; doubled by each further one. */
export const IDLE_DELAY_MS = 50;
/** Milliseconds between two reads when nothing has happened for long. */
export const IDLE_DELAY_MS_MAX = 1_000;

/** When to read next: at once after a full page or a wake-up, soon after any page, ever later while idle. */
export class RelayPace {
  #readAt = Number.NEGATIVE_INFINITY;
  #dueAt = Number.NEGATIVE_INFINITY;
  #idleDelayMs = IDLE_DELAY_MS;
  #woken = false;

  /** Notes a commit: the next read is due as soon as the spacing allows. */
  wake(): void {
    this.#woken = true;
    this.#dueAt = Math.min(this.#dueAt, this.#readAt + READ_SPACING_MS);
  }

  /** Notes that a read goes out; a wake-up from here on asks for another one. */
  reading(): void {
    this.#woken = false;
  }

  /** Notes what the read brought; `nowMs` on any clock that does not jump. */
  read(itemCount: number, nowMs: number): void {
    this.#readAt = nowMs;
    if (itemCount > 0 || this.#woken) this.#idleDelayMs = IDLE_DELAY_MS;
    if (itemCount >= PAGE_ITEMS_MAX) this.#dueAt = nowMs;
    else if (itemCount > 0 || this.#woken) this.#dueAt = nowMs + READ_SPACING_MS;
    else {
      this.#dueAt = nowMs + this.#idleDelayMs;
      this.#idleDelayMs = Math.min(this.#idleDelayMs * 2, IDLE_DELAY_MS_MAX);
    }
  }

  /** Milliseconds until the next read is due. */
  delayMs(nowMs: number): number {
    return Math.max(0, this.#dueAt - nowMs);
  }
}
