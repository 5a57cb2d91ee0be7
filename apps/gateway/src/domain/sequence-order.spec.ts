import fc from 'fast-check';
import { HELD_MAX, SequenceOrder } from './sequence-order.js';

const of = (...sequences: number[]): { sequence: number }[] => sequences.map((sequence) => ({ sequence }));

describe('the order of a stream', () => {
  it('lets what comes in order through at once', () => {
    const order = new SequenceOrder();
    expect([1, 2, 3].map((sequence) => order.take({ sequence }))).toEqual([of(1), of(2), of(3)]);
    expect(order.isWaiting).toBe(false);
  });

  it('holds back what comes early until the missing one is there', () => {
    const order = new SequenceOrder();
    expect([1, 4, 3].flatMap((sequence) => order.take({ sequence }))).toEqual(of(1));
    expect(order.isWaiting).toBe(true);
    expect(order.take({ sequence: 2 })).toEqual(of(2, 3, 4));
    expect(order.isWaiting).toBe(false);
  });

  it('goes on after a gap when told to, up to the next gap', () => {
    const order = new SequenceOrder();
    [1, 3, 4, 6].forEach((sequence) => order.take({ sequence }));
    expect(order.giveUp()).toEqual(of(3, 4));
    expect(order.isWaiting).toBe(true);
    expect(order.take({ sequence: 5 })).toEqual(of(5, 6));
  });

  it('waits at the start of a stream that it hears from the middle', () => {
    const order = new SequenceOrder();
    expect([8, 7].flatMap((sequence) => order.take({ sequence }))).toEqual([]);
    expect(order.giveUp()).toEqual(of(7, 8));
    expect(order.take({ sequence: 9 })).toEqual(of(9));
  });

  it('lets a late one through, and what has no place', () => {
    const order = new SequenceOrder<{ sequence?: number }>();
    [1, 3].forEach((sequence) => order.take({ sequence }));
    order.giveUp();
    expect(order.take({ sequence: 2 })).toEqual(of(2));
    expect(order.take({})).toEqual([{}]);
  });

  it('holds back no more than its bound', () => {
    const order = new SequenceOrder();
    order.take({ sequence: 1 });
    const early = Array.from({ length: HELD_MAX }, (_, index) => order.take({ sequence: index + 3 }));
    expect(early.flat()).toEqual([]);
    expect(order.take({ sequence: HELD_MAX + 3 })).toHaveLength(HELD_MAX + 1);
  });

  it('loses nothing, repeats nothing and keeps the order, whatever the order of arrival', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], { minLength: 1 }), (arrival) => {
        const order = new SequenceOrder();
        const left = arrival.flatMap((sequence) => order.take({ sequence }));
        while (order.isWaiting) left.push(...order.giveUp());
        expect(left).toEqual(of(...[...arrival].sort((a, b) => a - b)));
      }),
    );
  });
});
