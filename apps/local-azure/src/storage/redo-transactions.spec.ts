import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GroupCommit } from './group-commit.js';
import { RedoJournal } from './redo-journal.js';
import { RedoTransactions } from './redo-transactions.js';
import { Sqlite } from './sqlite.js';

/** How long what must happen is waited for. */
const WAIT_MS = 30_000;
/** Longer than any test: nothing is committed to the file only because time passes. */
const NEVER_MS = 3_600_000;
/** Too long for the journal. */
const TOO_LONG = 'x'.repeat(1_000_001);

describe('RedoTransactions', () => {
  let folder: string;
  let db: Sqlite;
  let transactions: RedoTransactions;
  let commits: GroupCommit;

  const open = (from = folder, saveAfterMs = NEVER_MS): void => {
    db = new Sqlite(join(from, 'a.db'), { onDisk: 'with flush' });
    transactions = new RedoTransactions(db, join(from, 'a.db-redo'), saveAfterMs);
    commits = new GroupCommit(db, undefined, transactions);
  };
  const close = (): void => {
    transactions.close();
    db.close();
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'redo-'));
    open();
    await commits.submit(() => db.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b)'));
  });

  afterEach(() => {
    jest.restoreAllMocks();
    close();
    rmSync(folder, { recursive: true });
  });

  const insert =
    (a: number, b: string | bigint | null = null) =>
    () =>
      db.prepare('INSERT INTO t (a, b) VALUES (?, ?)').run(a, b);
  const storedIn = (file: Sqlite): number[] =>
    file
      .prepare<{ a: number }>('SELECT a FROM t ORDER BY a')
      .all()
      .map(({ a }) => a);
  const stored = (): number[] => storedIn(db);

  /** The files as they are now, or as a crash leaves them. */
  const copyTo = (name: string, parts = ['', '-wal', '-redo']): string => {
    const target = join(folder, name);
    mkdirSync(target, { recursive: true });
    for (const part of parts) {
      const source = join(folder, `a.db${part}`);
      if (existsSync(source)) copyFileSync(source, join(target, `a.db${part}`));
    }
    return target;
  };

  /** What a server finds that starts on a copy of the files. */
  const foundIn = (copy: string): number[] => {
    close();
    open(copy);
    const found = stored();
    close();
    open();
    return found;
  };

  /** Whether the file itself was flushed while something was done. */
  const flushes = async (does: () => Promise<unknown>): Promise<boolean> => {
    const flush = jest.spyOn(db, 'flush');
    await does();
    const isFlushed = flush.mock.calls.length > 0;
    flush.mockRestore();
    return isFlushed;
  };

  it('has on disk what was answered, though the file is not flushed with it', async () => {
    const copy = copyTo('crash', ['', '-wal']);
    expect(await flushes(() => commits.submit(insert(1)))).toBe(false);
    await Promise.all([commits.submit(insert(2)), commits.submit(insert(3))]);
    copyTo('crash', ['-redo']);
    expect(foundIn(copy)).toEqual([1, 2, 3]);
  });

  it('does nothing twice that the file has as well', async () => {
    await commits.submit(insert(1));
    close();
    open();
    await commits.submit(insert(2));
    await commits.submit(() => db.prepare('UPDATE t SET a = a + 10').run());
    close();
    const both = copyTo('both');
    open();
    expect(foundIn(both)).toEqual([11, 12]);
  });

  it('flushes the file with the first group, so that the journal is free', async () => {
    await commits.submit(insert(1));
    close();
    open();
    expect(await flushes(() => commits.submit(insert(2)))).toBe(true);
    expect(await flushes(() => commits.submit(insert(3)))).toBe(false);
  });

  it('does not do again what was undone', async () => {
    const copy = copyTo('crash', ['', '-wal']);
    const failing = (): never => {
      insert(2)();
      throw new Error('no');
    };
    await Promise.allSettled([commits.submit(insert(1)), commits.submit(failing), commits.submit(insert(3))]);
    copyTo('crash', ['-redo']);
    expect([stored(), foundIn(copy)]).toEqual([
      [1, 3],
      [1, 3],
    ]);
  });

  it('keeps the groups before one that ends their common transaction', async () => {
    await commits.submit(insert(1));
    const fail = (): never => {
      db.prepare('ROLLBACK').run();
      throw new Error('the disk is full');
    };
    await expect(commits.submit(fail)).rejects.toThrow('the disk is full');
    expect(stored()).toEqual([1]);
    await commits.submit(insert(2));
    const copy = copyTo('crash');
    expect([stored(), foundIn(copy)]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it.each([
    ['changes tables', () => db.exec('CREATE TABLE u (a)')],
    ['has a value that a text cannot give back', () => insert(2, 5n)()],
    ['is large', () => insert(2, TOO_LONG)()],
  ])('flushes a group with the file that %s', async (_, work) => {
    const before = copyTo('before', ['-redo']);
    await commits.submit(insert(1));
    expect(await flushes(() => commits.submit(work))).toBe(true);
    const tables = db.prepare('SELECT name FROM sqlite_master ORDER BY name').all();
    const rows = stored();
    const copy = copyTo('crash', ['', '-wal']);
    copyFileSync(join(before, 'a.db-redo'), join(copy, 'a.db-redo'));
    expect(foundIn(copy)).toEqual(rows);
    expect(db.prepare('SELECT name FROM sqlite_master ORDER BY name').all()).toEqual(tables);
  });

  it('commits to the file after a while', async () => {
    close();
    open(folder, 1);
    await commits.submit(insert(0));
    await commits.submit(insert(1));
    const other = new Sqlite(join(folder, 'a.db'));
    const giveUpAtMs = Date.now() + WAIT_MS;
    while (storedIn(other).length < 2 && Date.now() < giveUpAtMs) await new Promise((r) => setTimeout(r, 5));
    expect(storedIn(other)).toEqual([0, 1]);
    other.close();
  });

  it('leaves in the journal what finds no room in the file, and tries again', async () => {
    await commits.submit(insert(1));
    const { prepare } = Sqlite.prototype;
    const full = jest.spyOn(db, 'prepare').mockImplementation((sql) => {
      if (sql === 'COMMIT') throw new Error('the disk is full');
      return prepare.call(db, sql) as never;
    });
    await expect(commits.submit(() => db.exec('CREATE TABLE u (a)'))).rejects.toThrow('the disk is full');
    expect(stored()).toEqual([1]);
    close();
    full.mockRestore();
    open();
    expect(stored()).toEqual([1]);
  });

  it('refuses everything once what was answered cannot be done again', async () => {
    await commits.submit(insert(1));
    const { prepare } = Sqlite.prototype;
    const broken = jest.spyOn(db, 'prepare').mockImplementation((sql) => {
      if (sql.startsWith('INSERT')) throw new Error('the disk is gone');
      return prepare.call(db, sql) as never;
    });
    const fail = (): never => {
      prepare.call(db, 'ROLLBACK').run();
      throw new Error('no');
    };
    await expect(commits.submit(fail)).rejects.toThrow('no');
    await expect(commits.whenReadable()).rejects.toThrow('the disk is gone');
    broken.mockRestore();
    await expect(commits.submit(insert(3))).rejects.toThrow('the disk is gone');
    close();
    open();
    expect(stored()).toEqual([1]);
  });

  it('is not opened with a journal that begins after the end of the file', async () => {
    const { salt, done } = db.prepare<{ salt: number; done: number }>('SELECT salt, done FROM redo').get()!;
    close();
    const journal = new RedoJournal(join(folder, 'a.db-redo'), salt);
    await journal.append({ number: done + 2, text: '[]' });
    expect(() => open()).toThrow('The journal begins after the end of what its file holds.');
    db.close();
    journal.close();
    rmSync(join(folder, 'a.db-redo'));
    open();
  });
});
