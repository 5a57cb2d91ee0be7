import type { Frame } from './frame.js';

/** Messages that wait for one slow client, at most. */
export const OUTBOX_MESSAGES_MAX = 1_000;
/** Bytes of messages that wait for one slow client, at most. */
export const OUTBOX_BYTES_MAX = 1_048_576;

/**
 * What one client could not be sent yet, in order and within bounds. Of messages with a key the newest takes the place of
 * the one before, and is always kept: they are few. Beyond the bounds everything else that waits is dropped and counted, and so
 * is all that comes until the client is ready again: one hole, and no late news before it.
 */
export class Outbox {
  #frames = new Map<string | number, Frame>();
  #bytes = 0;
  #count = 0;
  readonly #dropped = new Map<string, number>();

  /** `onDrop` hears of each message that is dropped, `onReplace` of each whose place a newer one takes. */
  constructor(
    private readonly onDrop: (frame: Frame) => void,
    private readonly onReplace: (frame: Frame) => void = () => {},
  ) {}

  get isEmpty(): boolean {
    return this.#frames.size === 0 && this.#dropped.size === 0;
  }

  /** Messages that wait. */
  get size(): number {
    return this.#frames.size;
  }

  push(frame: Frame): void {
    if (this.#dropped.size > 0 && frame.key === undefined) {
      this.#drop(frame);
      return;
    }
    const key = frame.key ?? (this.#count += 1);
    const before = this.#frames.get(key);
    if (before !== undefined) this.onReplace(before);
    this.#bytes += frame.bytes - (before?.bytes ?? 0);
    this.#frames.set(key, frame);
    if (this.#frames.size > OUTBOX_MESSAGES_MAX || this.#bytes > OUTBOX_BYTES_MAX) this.#dropAll();
  }

  /** Takes the oldest messages, at most so many. */
  take(count: number): Frame[] {
    const taken: Frame[] = [];
    for (const [key, frame] of this.#frames) {
      if (taken.length === count) break;
      this.#frames.delete(key);
      this.#bytes -= frame.bytes;
      taken.push(frame);
    }
    return taken;
  }

  /** How many messages of each topic were dropped since this was last asked. */
  takeDropped(): [topic: string, count: number][] {
    const dropped = [...this.#dropped];
    this.#dropped.clear();
    return dropped;
  }

  /** Forgets what waits and fits this, uncounted: its reader begins anew. */
  forget(fits: (frame: Frame) => boolean): void {
    for (const [key, frame] of this.#frames) {
      if (!fits(frame)) continue;
      this.#frames.delete(key);
      this.#bytes -= frame.bytes;
    }
  }

  #dropAll(): void {
    for (const [key, frame] of this.#frames) {
      if (frame.key !== undefined) continue;
      this.#frames.delete(key);
      this.#bytes -= frame.bytes;
      this.#drop(frame);
    }
  }

  #drop(frame: Frame): void {
    this.#dropped.set(frame.topic, (this.#dropped.get(frame.topic) ?? 0) + 1);
    this.onDrop(frame);
  }
}
