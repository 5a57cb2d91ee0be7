import { GATHERING_MS_MAX } from './commit-pace.js';
import { GroupCommit } from './group-commit.js';
import { Sqlite } from './sqlite.js';

describe('GroupCommit, while more comes than one flush is for', () => {
  const TURNS_MAX = 1_000;
  const WRITERS = 6;
  let db: Sqlite;
  let commits: GroupCommit;
  let done: number[];
  let written: Promise<unknown>[];
  let finish: (() => void)[];

  const submit = (work: number): void => void written.push(commits.submit(() => done.push(work)));
  const turns = async (count: number, until = (): boolean => false): Promise<void> => {
    for (let turn = 0; turn < count && !until(); turn++) await new Promise(setImmediate);
  };
  /** Resolves when that many flushes have begun. */
  const flushes = (count: number): Promise<void> => turns(TURNS_MAX, () => finish.length >= count);

  /** Two flushes have begun, and a third waits for three pieces of work, of which there is one. */
  beforeEach(async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    db = new Sqlite(':memory:');
    commits = new GroupCommit(db, undefined, undefined, () => WRITERS);
    [done, written, finish] = [[], [], []];
    jest.spyOn(db, 'flush').mockImplementation(() => new Promise((resolve) => finish.push(resolve)));
    submit(1);
    await flushes(1);
    submit(2);
    submit(3);
    finish[0]!();
    await flushes(2);
    submit(4);
    finish[1]!();
    await written[2];
    await turns(10);
    expect([finish.length, done]).toEqual([2, [1, 2, 3]]);
  });

  afterEach(async () => {
    jest.useRealTimers();
    finish[2]!();
    await Promise.all(written);
    db.close();
  });

  it('waits until there is enough for one', async () => {
    submit(5);
    await turns(10);
    expect(finish).toHaveLength(2);
    submit(6);
    await flushes(3);
    expect(done).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('waits no longer than work may wait', async () => {
    jest.advanceTimersByTime(GATHERING_MS_MAX);
    await flushes(3);
    expect(done).toEqual([1, 2, 3, 4]);
  });

  it('does not wait when it is told to flush', async () => {
    const flushed = commits.flush();
    await flushes(3);
    expect(done).toEqual([1, 2, 3, 4]);
    finish[2]!();
    await flushed;
  });
});

describe('GroupCommit, over a file that is on disk with COMMIT', () => {
  it('waits for as much work as came together before', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const db = new Sqlite(':memory:');
    const commits = new GroupCommit(db, undefined, undefined, () => 6);
    const done: number[] = [];
    const submit = (work: number): Promise<unknown> => commits.submit(() => done.push(work));
    await Promise.all([submit(1), submit(2)]);
    const third = submit(3);
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    expect(done).toEqual([1, 2]);
    jest.advanceTimersByTime(GATHERING_MS_MAX);
    await third;
    expect(done).toEqual([1, 2, 3]);
    jest.useRealTimers();
    db.close();
  });
});
