import { createHash, timingSafeEqual } from 'node:crypto';
import { ProblemException } from './problem-exception.js';
import type { PageRequest } from './request-parts.js';

/** Bytes of a cursor that prove which listing has given it. */
const SEAL_BYTES = 8;

/** A page of a listing. */
export interface ListingPage<Item> {
  readonly items: Item[];
  /** Absent at the end. */
  readonly nextCursor?: string;
}

/**
 * One listing in one order, named by all that decides what is in it: whose, of what, with which filters. Its cursors are
 * opaque, and one of another listing, or one that was changed, is none of its own. They carry a place and no right: a
 * listing shows what its caller may see, whatever the cursor says.
 */
export class Listing {
  private readonly name: string;

  constructor(...parts: readonly (string | undefined)[]) {
    this.name = JSON.stringify(parts.map((part) => part ?? null));
  }

  /** The cursor that leads on behind `place`. */
  cursorAt(place: string): string {
    return Buffer.concat([this.sealOf(place), Buffer.from(place)]).toString('base64url');
  }

  /**
   * The place behind which a page begins, a text of that pattern; `undefined` for the first page. Throws the problem
   * `invalid-cursor`.
   */
  placeIn({ cursor }: Pick<PageRequest, 'cursor'>, pattern: RegExp): string | undefined {
    if (cursor === undefined) return undefined;
    const bytes = Buffer.from(cursor, 'base64url');
    const [seal, place] = [bytes.subarray(0, SEAL_BYTES), bytes.subarray(SEAL_BYTES).toString()];
    const isOurs = seal.length === SEAL_BYTES && timingSafeEqual(seal, this.sealOf(place));
    if (isOurs && pattern.test(place) && this.cursorAt(place) === cursor) return place;
    throw invalidCursor();
  }

  /** The page of `limit` items, where one more was looked for; `placeOf` says where an item stands. */
  pageOf<Item>(found: readonly Item[], limit: number, placeOf: (item: Item) => string): ListingPage<Item> {
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return { items, ...(found.length > limit && last !== undefined && { nextCursor: this.cursorAt(placeOf(last)) }) };
  }

  private sealOf(place: string): Buffer {
    return createHash('sha256').update(`${this.name}\n${place}`).digest().subarray(0, SEAL_BYTES);
  }
}

/** The problem of a cursor that the listing has not given. */
export function invalidCursor(): ProblemException {
  const errors = [{ pointer: 'cursor', detail: 'must be what `nextCursor` of the same listing was' }];
  return new ProblemException('invalid-cursor', { errors });
}
