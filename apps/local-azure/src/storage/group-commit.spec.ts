import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GroupCommit } from './group-commit.js';
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
});
