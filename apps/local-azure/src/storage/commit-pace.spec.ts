import { CommitPace } from './commit-pace.js';

describe('CommitPace', () => {
  let writers: number;
  let pace: CommitPace;
  beforeEach(() => {
    writers = 100;
    pace = new CommitPace(() => writers);
  });

  /** The least work that is enough. */
  const size = (): number => {
    for (let work = 1; ; work++) if (pace.isEnough(work)) return work;
  };
  const flushed = (times: number): void => {
    for (let group = 0; group < times; group++) pace.flushed(1);
  };

  it('waits for nothing while work has no company', () => {
    for (let group = 0; group < 100; group++) pace.flushed(0);
    expect(size()).toBe(1);
  });

  it('waits for more with every group that had company', () => {
    flushed(7);
    expect(size()).toBe(8);
  });

  it.each([
    [1, 1],
    [3, 1],
    [4, 2],
    [16, 8],
  ])('waits for what half of the writers bring at most: of %i, %i', (count, most) => {
    writers = count;
    flushed(50);
    expect(size()).toBe(most);
    writers = 100;
    expect(size()).toBeLessThanOrEqual(Math.max(count, 1));
  });

  it('waits for what came when it had waited in vain, and for more only after a while', () => {
    flushed(9);
    pace.endedWaiting(2);
    expect(size()).toBe(2);
    flushed(16);
    expect(size()).toBe(2);
    flushed(1);
    expect(size()).toBe(3);
  });
});
