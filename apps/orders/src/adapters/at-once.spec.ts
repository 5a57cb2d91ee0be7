import { atOnce } from './at-once.js';

const laneOf = (item: string): string => item.charAt(0);

describe('work on many things at once', () => {
  it('goes on in the order of each lane, and in several lanes at the same time', async () => {
    const begun: string[] = [];
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const done = atOnce(['a1', 'b1', 'a2', 'c1'], laneOf, async (item) => {
      begun.push(item);
      if (begun.length === 3) open();
      await gate;
    });
    await done;
    expect(begun.slice(0, 3)).toEqual(['a1', 'b1', 'c1']);
    expect(begun[3]).toBe('a2');
  });

  it('has at most eight things under way', async () => {
    let [underWay, most] = [0, 0];
    const items = Array.from({ length: 30 }, (_, index) => String.fromCharCode(97 + index));
    await atOnce(items, laneOf, async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await Promise.resolve();
      underWay -= 1;
    });
    expect(most).toBe(8);
  });

  it('ends a lane with its failure, and tells it when nothing is under way any more', async () => {
    const done: string[] = [];
    const work = async (item: string): Promise<void> => {
      if (item === 'a1') throw new Error('away');
      await Promise.resolve();
      done.push(item);
    };
    await expect(atOnce(['a1', 'a2', 'b1', 'b2'], laneOf, work)).rejects.toThrow('away');
    expect(done).toEqual(['b1', 'b2']);
  });
});
