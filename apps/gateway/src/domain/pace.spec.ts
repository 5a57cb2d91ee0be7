import { Pace } from './pace.js';

describe('a pace', () => {
  it('allows a burst, and then so many a second', () => {
    const pace = new Pace(10, 3);
    const taken = (nowMs: number, times: number): number =>
      Array.from({ length: times }, () => pace.take(nowMs)).filter(Boolean).length;
    expect([taken(0, 5), taken(99, 1), taken(100, 2), taken(10_000, 9), taken(9_000, 1)]).toEqual([3, 0, 1, 3, 0]);
  });
});
