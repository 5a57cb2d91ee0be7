import fc from 'fast-check';
import { FOLLOW_HELD_MAX, Follow } from './follow.js';

const to = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('following a profile', () => {
  it('lets every event after the beginning through once and in order, however they arrive and whenever it begins', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 12 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 60 }),
        fc.nat(60),
        (known, arrivals, beginsAt) => {
          const follow = new Follow<number>();
          const passed: number[] = [];
          arrivals.forEach((sequence, index) => {
            if (index === beginsAt) passed.push(...follow.begin('orders', known));
            passed.push(...follow.take('orders', sequence, sequence));
          });
          if (beginsAt >= arrivals.length) passed.push(...follow.begin('orders', known));
          passed.push(...to(20).flatMap((sequence) => follow.take('orders', sequence, sequence)));
          expect(passed).toEqual(to(20, known + 1));
          expect(follow.isWaiting).toBe(false);
        },
      ),
    );
  });

  it('says what is missing once it has begun, and each topic goes its own way', () => {
    const follow = new Follow<string>();
    expect(follow.take('orders', 5, 'o5')).toEqual([]);
    expect(follow.gaps()).toEqual([]);
    expect(follow.begin('orders', 3)).toEqual([]);
    expect(follow.begin('ledger', 0)).toEqual([]);
    expect(follow.take('ledger', 1, 'l1')).toEqual(['l1']);
    expect([follow.isWaiting, follow.gaps()]).toEqual([true, [{ topic: 'orders', after: 3 }]]);
    expect(follow.take('orders', 4, 'o4')).toEqual(['o4', 'o5']);
  });

  it('lets through at once what has no place in a sequence', () => {
    const follow = new Follow<string>();
    expect([follow.take('accounts', 7, 'a'), follow.take('orders', undefined, 'o')]).toEqual([['a'], ['o']]);
  });

  it('is overfull when more waits than may', () => {
    const follow = new Follow<number>();
    follow.begin('orders', 0);
    for (const sequence of to(FOLLOW_HELD_MAX + 1, 2)) follow.take('orders', sequence, sequence);
    expect(follow.isOverfull).toBe(false);
    follow.take('orders', FOLLOW_HELD_MAX + 2, 0);
    expect(follow.isOverfull).toBe(true);
  });
});
