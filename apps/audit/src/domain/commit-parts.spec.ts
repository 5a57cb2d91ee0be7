import { someEvent } from '../../test/events.js';
import { EVENT_BYTES_MAX, RECORDS_MAX, commitParts } from './commit-parts.js';

describe('parts of a commit', () => {
  it('keep the order and the bound on records', () => {
    const events = Array.from({ length: RECORDS_MAX * 2 + 1 }, (_, index) => someEvent(index + 1));
    const parts = commitParts(events);
    expect(parts.map(({ length }) => length)).toEqual([RECORDS_MAX, RECORDS_MAX, 1]);
    expect(parts.flat()).toEqual(events);
  });

  it('keep the bound on bytes', () => {
    const large = (n: number) => someEvent(n, { data: 'x'.repeat(EVENT_BYTES_MAX * 0.4) });
    expect(commitParts([1, 2, 3, 4, 5].map(large)).map(({ length }) => length)).toEqual([2, 2, 1]);
  });

  it('of nothing are none', () => {
    expect(commitParts([])).toEqual([]);
  });
});
