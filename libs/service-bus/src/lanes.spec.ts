/** @jest-environment ./apps/launcher/jest-own-context.mjs */
import { Lanes } from './lanes.js';
import type { Gather } from './lanes.js';

interface Call {
  readonly items: string[];
  readonly end: () => void;
}

/** Lanes whose calls end when the test says so. */
function manualLanes(gather?: Gather): { lanes: Lanes<string>; calls: Call[] } {
  const calls: Call[] = [];
  const lanes = new Lanes<string>((items) => new Promise((end) => calls.push({ items, end })), gather);
  return { lanes, calls };
}

const items = (calls: readonly Call[]): string[][] => calls.map((call) => call.items);
/** Lets everything run that waits for nothing but its turn. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

describe('lanes', () => {
  it('work on one item of a lane at a time, in order', async () => {
    const { lanes, calls } = manualLanes();
    lanes.add('a', 'a1');
    lanes.add('a', 'a2');
    lanes.add('a', 'a3');
    expect(items(calls)).toEqual([['a1']]);
    calls[0]?.end();
    await turns();
    expect(items(calls)).toEqual([['a1'], ['a2']]);
    lanes.add('a', 'a4');
    calls[1]?.end();
    await turns();
    expect(items(calls)).toEqual([['a1'], ['a2'], ['a3']]);
  });

  it('work on many lanes at once', () => {
    const { lanes, calls } = manualLanes();
    for (const lane of ['a', 'b', 'c']) lanes.add(lane, `${lane}1`);
    expect(items(calls)).toEqual([['a1'], ['b1'], ['c1']]);
  });

  it('begin again after a lane was empty', async () => {
    const { lanes, calls } = manualLanes();
    lanes.add('a', 'a1');
    calls[0]?.end();
    await turns();
    lanes.add('a', 'a2');
    expect(items(calls)).toEqual([['a1'], ['a2']]);
  });

  it('give back what has not begun, and are idle when what has begun is over', async () => {
    const { lanes, calls } = manualLanes();
    ['a1', 'a2', 'a3'].forEach((item) => lanes.add('a', item));
    lanes.add('b', 'b1');
    expect(lanes.stop()).toEqual(['a2', 'a3']);
    let isIdle = false;
    const idle = lanes.idle().then(() => (isIdle = true));
    calls[0]?.end();
    await turns();
    expect(isIdle).toBe(false);
    calls[1]?.end();
    await idle;
    expect(items(calls)).toEqual([['a1'], ['b1']]);
    expect(() => lanes.add('a', 'a4')).toThrow('stopped');
  });

  describe('that gather', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    it('wait for others of the lane, counted from the first', async () => {
      const { lanes, calls } = manualLanes({ ms: 200, max: 10 });
      lanes.add('a', 'a1');
      await jest.advanceTimersByTimeAsync(150);
      lanes.add('a', 'a2');
      lanes.add('b', 'b1');
      await jest.advanceTimersByTimeAsync(49);
      expect(items(calls)).toEqual([]);
      await jest.advanceTimersByTimeAsync(1);
      expect(items(calls)).toEqual([['a1', 'a2']]);
      await jest.advanceTimersByTimeAsync(150);
      expect(items(calls)).toEqual([['a1', 'a2'], ['b1']]);
    });

    it('do not wait when a call is full', () => {
      const { lanes, calls } = manualLanes({ ms: 200, max: 2 });
      ['a1', 'a2', 'a3'].forEach((item) => lanes.add('a', item));
      expect(items(calls)).toEqual([['a1', 'a2']]);
    });

    it('never take more than the maximum, and wait again when what came during the call before is less', async () => {
      const { lanes, calls } = manualLanes({ ms: 200, max: 2 });
      ['a1', 'a2', 'a3', 'a4', 'a5'].forEach((item) => lanes.add('a', item));
      calls[0]?.end();
      await turns();
      calls[1]?.end();
      await turns();
      expect(items(calls)).toEqual([
        ['a1', 'a2'],
        ['a3', 'a4'],
      ]);
      await jest.advanceTimersByTimeAsync(200);
      expect(items(calls)).toEqual([['a1', 'a2'], ['a3', 'a4'], ['a5']]);
    });

    it('wait again after a lane was empty', async () => {
      const { lanes, calls } = manualLanes({ ms: 200, max: 2 });
      lanes.add('a', 'a1');
      await jest.advanceTimersByTimeAsync(200);
      calls[0]?.end();
      await turns();
      lanes.add('a', 'a2');
      expect(items(calls)).toEqual([['a1']]);
      await jest.advanceTimersByTimeAsync(200);
      expect(items(calls)).toEqual([['a1'], ['a2']]);
    });

    it('begin nothing after they were stopped', async () => {
      const { lanes, calls } = manualLanes({ ms: 200, max: 2 });
      lanes.add('a', 'a1');
      expect(lanes.stop()).toEqual(['a1']);
      await jest.advanceTimersByTimeAsync(1_000);
      expect(calls).toEqual([]);
    });
  });
});
