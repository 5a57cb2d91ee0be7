import fc from 'fast-check';
import { ReadyQueue, type Copy } from './ready-queue.js';

const copy = (sequence: number): Copy => ({
  sequence,
  message: sequence,
  deliveryCount: 0,
  expiresAtMs: null,
  applicationProperties: null,
});

describe('ReadyQueue', () => {
  it('gives nothing when it is empty', () => {
    expect(new ReadyQueue().take()).toBeUndefined();
  });

  it('puts what comes back in its old place', () => {
    const queue = new ReadyQueue();
    for (const sequence of [1, 2, 3]) queue.add(copy(sequence));
    const first = queue.take()!;
    queue.take();
    queue.add(copy(4));
    queue.add(first);
    expect([queue.take(), queue.take(), queue.take()].map((taken) => taken?.sequence)).toEqual([1, 3, 4]);
  });

  it('always gives the lowest sequence number, whatever comes and goes', () => {
    const step = fc.oneof({ weight: 3, arbitrary: fc.constant('new') }, fc.constant('take'), fc.nat());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new ReadyQueue();
        const ready = new Set<number>();
        const out: number[] = [];
        let next = 1;
        for (const what of steps) {
          if (what === 'take') {
            const taken = queue.take()?.sequence;
            expect(taken).toBe(ready.size === 0 ? undefined : Math.min(...ready));
            if (taken !== undefined) out.push(taken);
            ready.delete(taken!);
          } else {
            const [sequence] = what === 'new' || out.length === 0 ? [next++] : out.splice(Number(what) % out.length, 1);
            ready.add(sequence!);
            queue.add(copy(sequence!));
          }
          expect(queue.size).toBe(ready.size);
        }
      }),
    );
  });

  it('keeps its order over thousands of messages', () => {
    const queue = new ReadyQueue();
    for (let sequence = 1; sequence <= 5_000; sequence += 1) queue.add(copy(sequence));
    for (let sequence = 1; sequence <= 5_000; sequence += 1) expect(queue.take()!.sequence).toBe(sequence);
  });
});
