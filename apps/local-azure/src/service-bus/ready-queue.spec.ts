import fc from 'fast-check';
import { ReadyQueue, type Copy } from './ready-queue.js';

const copy = (sequence: number, expiresAtMs: number | null = null): Copy => ({
  sequence,
  message: sequence,
  isShared: false,
  deliveryCount: 0,
  expiresAtMs,
  applicationProperties: null,
  deferred: false,
  sessionId: null,
});

/** A queue over copies on disk, where a copy stays until it is settled, whoever has it. */
function queueOver(heldMax?: number) {
  const disk = new Map<number, Copy>();
  const read = (after: number, countMax: number): Copy[] =>
    [...disk.values()]
      .sort((a, b) => a.sequence - b.sequence)
      .filter(({ sequence }) => sequence > after)
      .slice(0, countMax);
  const queue = new ReadyQueue(read, heldMax);
  const send = (sequence: number): void => {
    disk.set(sequence, copy(sequence));
    queue.add(copy(sequence));
  };
  return { disk, queue, send };
}

describe('ReadyQueue', () => {
  it('gives nothing when it is empty', () => {
    expect(queueOver().queue.take()).toBeUndefined();
  });

  it('puts what comes back in its old place', () => {
    const { queue, send } = queueOver();
    for (const sequence of [1, 2, 3]) send(sequence);
    const first = queue.take()!;
    queue.take();
    send(4);
    queue.add(first);
    expect([queue.take(), queue.take(), queue.take()].map((taken) => taken?.sequence)).toEqual([1, 3, 4]);
  });

  it.each([undefined, 2, 7])(
    'always gives the lowest sequence number, whatever comes and goes (%s held)',
    (heldMax) => {
      const step = fc.oneof(
        { weight: 3, arbitrary: fc.constant('new') },
        fc.constant('take'),
        fc.record({ back: fc.nat() }),
        fc.record({ settle: fc.nat() }),
      );
      fc.assert(
        fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
          const { disk, queue, send } = queueOver(heldMax);
          const ready = new Set<number>();
          const out: number[] = [];
          const pick = (which: number): number | undefined => out.splice(which % Math.max(out.length, 1), 1)[0];
          let next = 1;
          for (const what of steps) {
            if (what === 'new') {
              ready.add(next);
              send(next++);
            } else if (what === 'take') {
              const taken = queue.take()?.sequence;
              expect(taken).toBe(ready.size === 0 ? undefined : Math.min(...ready));
              if (taken !== undefined) out.push(taken);
              ready.delete(taken!);
            } else if (typeof what === 'object' && 'back' in what) {
              const sequence = pick(what.back);
              if (sequence === undefined) continue;
              ready.add(sequence);
              queue.add(copy(sequence));
            } else if (typeof what === 'object') disk.delete(pick(what.settle)!);
            expect(queue.isEmpty).toBe(ready.size === 0);
          }
        }),
      );
    },
  );

  it('gives what was on disk before it was made', () => {
    const { disk, queue, send } = queueOver(4);
    for (let sequence = 1; sequence <= 10; sequence += 1) disk.set(sequence, copy(sequence));
    send(11);
    for (let sequence = 1; sequence <= 11; sequence += 1) expect(queue.take()!.sequence).toBe(sequence);
    expect(queue.isEmpty).toBe(true);
  });

  it('holds so many at most, in their order over thousands', () => {
    const { queue, send } = queueOver(100);
    expect(queue.isEmpty).toBe(true);
    for (let sequence = 1; sequence <= 5_000; sequence += 1) send(sequence);
    for (let sequence = 1; sequence <= 5_000; sequence += 1) {
      expect(queue.held).toBeLessThanOrEqual(100);
      expect(queue.take()!.sequence).toBe(sequence);
    }
  });

  it('takes those out of memory whose time is over', () => {
    const { queue } = queueOver();
    expect(queue.isEmpty).toBe(true);
    for (const [sequence, endMs] of [
      [1, 10],
      [2, null],
      [3, 20],
    ] as const)
      queue.add(copy(sequence, endMs));
    expect(queue.takeExpired(10).map(({ sequence }) => sequence)).toEqual([1]);
    expect([queue.take(), queue.take()].map((taken) => taken?.sequence)).toEqual([2, 3]);
  });

  it('reads nothing any more once it is cleared', () => {
    const { disk, queue } = queueOver();
    disk.set(1, copy(1));
    queue.clear();
    expect(queue.isEmpty).toBe(true);
  });
});
