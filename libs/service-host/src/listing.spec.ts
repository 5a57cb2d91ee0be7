import { Listing } from './listing.js';
import { ProblemException } from './problem-exception.js';

const PLACE = /^ord_\d$/;
const listing = new Listing('orders', 'pro_1');

/** The code of the problem that reading this cursor ends with; `undefined` where it is read. */
function codeOf(cursor: string, of = listing): string | undefined {
  try {
    of.placeIn({ cursor }, PLACE);
    return undefined;
  } catch (error) {
    return error instanceof ProblemException ? error.code : String(error);
  }
}

describe('a cursor', () => {
  const cursor = listing.cursorAt('ord_9');

  it('leads on where the page ended', () => {
    expect(listing.placeIn({ cursor }, PLACE)).toBe('ord_9');
    expect(listing.placeIn({}, PLACE)).toBeUndefined();
  });

  it('does not show the place, nor does a place make a cursor', () => {
    expect(cursor).not.toContain('ord_9');
    expect(codeOf('ord_9')).toBe('invalid-cursor');
  });

  it('is worth nothing once any of its characters is another, is missing, or is added', () => {
    const changed = [...cursor].map(
      (old, at) => cursor.slice(0, at) + (old === 'A' ? 'B' : 'A') + cursor.slice(at + 1),
    );
    for (const wrong of [
      ...changed,
      cursor.slice(1),
      cursor.slice(0, -1),
      `${cursor}A`,
      `${cursor}=`,
      ` ${cursor}`,
      '',
    ]) {
      expect([wrong, codeOf(wrong)]).toEqual([wrong, 'invalid-cursor']);
    }
  });

  it('names a place of the kind that the listing has, were it forged', () => {
    expect(codeOf(listing.cursorAt('elsewhere'))).toBe('invalid-cursor');
  });

  it.each([
    ['of somebody else', new Listing('orders', 'pro_2')],
    ['of other things', new Listing('trades', 'pro_1')],
    ['with a filter', new Listing('orders', 'pro_1', 'AAPL')],
    ['with its parts divided otherwise', new Listing('orderspro_1')],
  ])('is none of a listing %s', (_name, other) => {
    expect(codeOf(cursor, other)).toBe('invalid-cursor');
  });
});

describe('a page', () => {
  it('has a next one only where more was found than it shows', () => {
    const placeOf = (item: number): string => String(item);
    expect(listing.pageOf([1, 2], 2, placeOf)).toEqual({ items: [1, 2] });
    expect(listing.pageOf([], 2, placeOf)).toEqual({ items: [] });
    const { items, nextCursor } = listing.pageOf([1, 2, 3], 2, placeOf);
    expect(items).toEqual([1, 2]);
    expect(listing.placeIn({ cursor: nextCursor ?? '' }, /^2$/)).toBe('2');
  });
});
