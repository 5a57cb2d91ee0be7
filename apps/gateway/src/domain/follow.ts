import { SEQUENCED_TOPICS } from '@ballast/contracts/streams';
import type { SequencedTopic } from '@ballast/contracts/streams';

/** Items held back in one topic while one before them is missing, at most. */
export const FOLLOW_HELD_MAX = 1_000;

/** The last item that was let through in a topic, unknown before it began, and those that wait for one before them. */
interface Cursor<Item> {
  last: number | undefined;
  readonly held: Map<number, Item>;
}

/**
 * One reader's way through a profile's topics: from a known sequence on every item exactly once and in order, however
 * they arrive. Until a topic has begun, its items wait.
 */
export class Follow<Item> {
  readonly #cursors = new Map<string, Cursor<Item>>(
    SEQUENCED_TOPICS.map((topic) => [topic, { last: undefined, held: new Map<number, Item>() }]),
  );
  #isOverfull = false;

  /** Whether more waited than may: the reader has lost the way and begins anew. */
  get isOverfull(): boolean {
    return this.#isOverfull;
  }

  /** Takes an item and returns what may pass now; one without a place in a sequence passes at once. */
  take(topic: string, sequence: number | undefined, item: Item): Item[] {
    const cursor = this.#cursors.get(topic);
    if (cursor === undefined || sequence === undefined) return [item];
    if (sequence <= (cursor.last ?? 0)) return [];
    if (sequence === (cursor.last ?? Number.NaN) + 1 && cursor.held.size === 0) {
      cursor.last = sequence;
      return [item];
    }
    cursor.held.set(sequence, item);
    if (cursor.held.size > FOLLOW_HELD_MAX) this.#isOverfull = true;
    return ready(cursor);
  }

  /** Everything up to this sequence is known: returns what has waited and follows it. */
  begin(topic: SequencedTopic, sequence: number): Item[] {
    const cursor = this.#cursors.get(topic);
    if (cursor === undefined) return [];
    cursor.last = Math.max(sequence, cursor.last ?? 0);
    for (const held of cursor.held.keys()) if (held <= cursor.last) cursor.held.delete(held);
    return ready(cursor);
  }

  /** Whether something waits for what is missing. */
  get isWaiting(): boolean {
    for (const { last, held } of this.#cursors.values()) if (last !== undefined && held.size > 0) return true;
    return false;
  }

  /** Topics in which something waits for what is missing, with the last sequence before the hole. */
  gaps(): { topic: SequencedTopic; after: number }[] {
    return SEQUENCED_TOPICS.flatMap((topic) => {
      const { last, held } = this.#cursors.get(topic) ?? { last: undefined, held: new Map<number, Item>() };
      return last === undefined || held.size === 0 ? [] : [{ topic, after: last }];
    });
  }
}

function ready<Item>(cursor: Cursor<Item>): Item[] {
  const items: Item[] = [];
  while (cursor.last !== undefined) {
    const item = cursor.held.get(cursor.last + 1);
    if (item === undefined) break;
    cursor.last += 1;
    cursor.held.delete(cursor.last);
    items.push(item);
  }
  return items;
}
