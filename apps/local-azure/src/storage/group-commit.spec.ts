import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GroupCommit, HalfWritten } from './group-commit.js';
import { isStorageFull, Sqlite } from './sqlite.js';

describe('GroupCommit', () => {
  let folder: string;
  let db: Sqlite;
  let commits: GroupCommit;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'group-commit-'));
    db = new Sqlite(join(folder, 'a.db'));
    db.exec('CREATE TABLE t (a INTEGER PRIMARY KEY)');
    commits = new GroupCommit(db);
  });

  afterEach(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  const insert = (a: number) => () => db.prepare('INSERT INTO t (a) VALUES (?)').run(a).lastInsertRowid;
  const stored = () =>
    db
      .prepare<{ a: number }>('SELECT a FROM t ORDER BY a')
      .all()
      .map((row) => row.a);

  it('runs the work of one turn in order and in one transaction', async () => {
    const exec = jest.spyOn(db, 'prepare');
    await expect(Promise.all([1, 2, 3].map((a) => commits.submit(insert(a))))).resolves.toEqual([1, 2, 3]);
    expect(exec.mock.calls.filter(([sql]) => sql === 'COMMIT')).toHaveLength(1);
    expect(stored()).toEqual([1, 2, 3]);
  });

  it('undoes only the effects of the work that threw', async () => {
    const failing = () => {
      insert(10)();
      throw new Error('no');
    };
    const outcomes = await Promise.allSettled([
      commits.submit(insert(1)),
      commits.submit(failing),
      commits.submit(insert(2)),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(stored()).toEqual([1, 2]);
  });

  it('spends no savepoint on work that was refused before it wrote', async () => {
    const prepare = jest.spyOn(db, 'prepare');
    const refuse = (): never => {
      throw new Error('no');
    };
    const works = [insert(1), refuse, insert(2)].map((work) => commits.submit(work, 'nothing was written'));
    const outcomes = await Promise.allSettled(works);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(prepare.mock.calls.flat()).not.toContain('SAVEPOINT work');
    expect(stored()).toEqual([1, 2]);
  });

  it.each(['undo', 'nothing was written'] as const)(
    'rejects everything, and keeps nothing, when a failure ends the transaction: %s',
    async (whenRefused) => {
      const fail = (): never => {
        db.prepare('ROLLBACK').run();
        throw new Error('the disk is full');
      };
      const works = [insert(1), fail, insert(2)].map((work) => commits.submit(work, whenRefused));
      const outcomes = await Promise.allSettled(works);
      expect(outcomes).toEqual(works.map(() => ({ status: 'rejected', reason: new Error('the disk is full') })));
      expect(stored()).toEqual([]);
    },
  );

  it('rejects everything, and keeps nothing, when the file fails in the middle of work without a savepoint', async () => {
    const failure = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' });
    const failing = (): never => {
      insert(10)();
      throw failure;
    };
    const works = [insert(1), failing, insert(2)].map((work) => commits.submit(work, 'nothing was written'));
    expect(await Promise.allSettled(works)).toEqual(works.map(() => ({ status: 'rejected', reason: failure })));
    expect(stored()).toEqual([]);
  });

  it('rejects everything, and keeps nothing, when work without a savepoint says that it failed between its writes', async () => {
    const failing = (): never => {
      insert(10)();
      throw new HalfWritten(new Error('odd'));
    };
    const works = [insert(1), failing, insert(2)].map((work) => commits.submit(work, 'nothing was written'));
    const outcomes = await Promise.allSettled(works);
    expect(outcomes).toEqual(works.map(() => ({ status: 'rejected', reason: new HalfWritten(new Error('odd')) })));
    expect(stored()).toEqual([]);
    expect(isStorageFull(new HalfWritten(Object.assign(new Error(), { code: 'SQLITE_FULL' })))).toBe(true);
  });

  it('rejects everything when the transaction cannot be committed', async () => {
    db.exec('CREATE TABLE p (x PRIMARY KEY); CREATE TABLE q (x REFERENCES p DEFERRABLE INITIALLY DEFERRED)');
    db.exec('PRAGMA foreign_keys = ON');
    const orphan = () => db.prepare('INSERT INTO q VALUES (1)').run();
    const outcomes = await Promise.allSettled([commits.submit(insert(1)), commits.submit(orphan)]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
    expect(stored()).toEqual([]);
    await expect(commits.submit(insert(3))).resolves.toBe(3);
  });

  it('tells everybody why when the file is full, and goes on when it is not', async () => {
    db.exec('CREATE TABLE large (content)');
    db.holdSize(true);
    const large = () => db.prepare('INSERT INTO large VALUES (zeroblob(100000))').run();
    const outcomes = await Promise.allSettled([commits.submit(insert(1)), commits.submit(large)]);
    expect(outcomes.map((outcome) => isStorageFull((outcome as PromiseRejectedResult).reason))).toEqual([true, true]);
    expect(stored()).toEqual([]);
    db.holdSize(false);
    await expect(commits.submit(insert(2))).resolves.toBe(2);
  });

  it('tells of all that was written before anybody can act on any of it', async () => {
    const told: (readonly [string, number])[] = [];
    const submit = (a: number): Promise<unknown> =>
      commits
        .submit(insert(a), 'undo', (value) => told.push(['visible', value]))
        .then((value) => told.push(['answer', value]));
    await Promise.allSettled([submit(1), submit(1), submit(2)]);
    expect(told).toEqual([
      ['visible', 1],
      ['visible', 2],
      ['answer', 1],
      ['answer', 2],
    ]);
  });

  it('flushes what was submitted without waiting for the turn to end', async () => {
    const written = commits.submit(insert(1));
    await commits.flush();
    expect(stored()).toEqual([1]);
    await written;
  });

  it('lets a listener write once per transaction, and tells it when that is on disk', async () => {
    const calls: string[] = [];
    let isFull = false;
    const listened = new GroupCommit(db, {
      undone: () => undefined,
      beforeCommit: () => {
        if (isFull) throw new Error('no space');
        calls.push('before');
        insert(100 + calls.length)();
      },
      committed: () => calls.push('committed'),
    });
    await Promise.all([1, 2, 3].map((a) => listened.submit(insert(a))));
    expect(calls).toEqual(['before', 'committed']);
    isFull = true;
    await expect(listened.submit(insert(4))).rejects.toThrow('no space');
    expect(calls).toEqual(['before', 'committed']);
    expect(stored()).toEqual([1, 2, 3, 101]);
  });

  describe('over a file that is flushed after COMMIT', () => {
    const TURNS_MAX = 1_000;
    let finish: ((error?: Error) => void)[];

    beforeEach(() => {
      finish = [];
      jest.spyOn(db, 'flush').mockImplementation(
        () =>
          new Promise((resolve, reject) => {
            finish.push((error) => (error === undefined ? resolve() : reject(error)));
          }),
      );
    });

    /** Resolves when that many flushes have begun. */
    const flushes = async (count: number): Promise<void> => {
      for (let turn = 0; turn < TURNS_MAX && finish.length < count; turn++) await new Promise(setImmediate);
    };

    it('answers once the flush is over, and gathers in the meantime', async () => {
      const answered: number[] = [];
      const submit = (a: number): Promise<void> => commits.submit(insert(a)).then(() => void answered.push(a));
      const first = submit(1);
      await flushes(1);
      expect(stored()).toEqual([1]);
      const others = [submit(2), submit(3)];
      const readable = commits.whenReadable()!.then(() => [...answered]);
      for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
      expect([answered, stored()]).toEqual([[], [1]]);
      finish[0]!();
      await first;
      expect(await readable).toEqual([1]);
      await flushes(2);
      expect([answered, stored()]).toEqual([[1], [1, 2, 3]]);
      finish[1]!();
      await Promise.all(others);
      expect(commits.whenReadable()).toBeUndefined();
    });

    it('tells nothing any more after a flush that failed', async () => {
      const lost = commits.submit(insert(1));
      const readable = flushes(1).then(() => commits.whenReadable());
      const next = flushes(1).then(() => commits.submit(insert(2)));
      const after = flushes(1)
        .then(() => finish[0]!(new Error('the disk is gone')))
        .then(() => commits.submit(insert(3)));
      const outcomes = await Promise.allSettled([lost, readable, next, after]);
      outcomes.push(...(await Promise.allSettled([commits.submit(insert(4)), commits.whenReadable()])));
      expect(outcomes).toEqual(outcomes.map(() => ({ status: 'rejected', reason: new Error('the disk is gone') })));
      await commits.flush();
      expect(stored()).toEqual([1]);
    });

    it('waits for the flush under way, and for what is behind it, when it is told to flush', async () => {
      const written = commits.submit(insert(1));
      await flushes(1);
      const later = commits.submit(insert(2));
      const flushed = commits.flush();
      finish[0]!();
      await flushes(2);
      finish[1]!();
      await flushed;
      await Promise.all([written, later]);
      expect(stored()).toEqual([1, 2]);
    });
  });
});
