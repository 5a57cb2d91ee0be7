import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GroupCommit } from './group-commit.js';
import { RedoJournal } from './redo-journal.js';
import { RedoTransactions } from './redo-transactions.js';
import { Sqlite } from './sqlite.js';

/** Longer than any test: nothing is committed to the file only because time passes. */
const NEVER_MS = 3_600_000;
/** A text of which two fill a half of the journal. */
const LONG = 'x'.repeat(990_000);
/** Short enough for the journal, and in bytes longer than half of it. */
const WIDE = '€'.repeat(990_000);
const TURNS_MAX = 1_000_000;

describe('RedoTransactions, when a half of the journal is full', () => {
  let folder: string;
  let db: Sqlite;
  let transactions: RedoTransactions;
  let commits: GroupCommit;
  let finish: (() => void)[];

  const open = (from: string): void => {
    db = new Sqlite(join(from, 'a.db'), { onDisk: 'with flush' });
    transactions = new RedoTransactions(db, join(from, 'a.db-redo'), NEVER_MS);
    commits = new GroupCommit(db, undefined, transactions);
  };
  const close = (): void => {
    transactions.close();
    db.close();
  };
  const insert = (a: number, b: string = LONG): Promise<unknown> =>
    commits.submit(() => db.prepare('INSERT INTO t (a, b) VALUES (?, ?)').run(a, b));
  /** The files as they are now, beside those that were copied before. */
  const copy = (...parts: string[]): void => {
    mkdirSync(join(folder, 'copy'), { recursive: true });
    for (const part of parts) copyFileSync(join(folder, `a.db${part}`), join(folder, 'copy', `a.db${part}`));
  };
  /** What a server finds that starts on the copy. */
  const found = (): number[] => {
    close();
    open(join(folder, 'copy'));
    return db
      .prepare<{ a: number }>('SELECT a FROM t ORDER BY a')
      .all()
      .map(({ a }) => a);
  };
  const holdFlushes = (): void =>
    void jest.spyOn(db, 'flush').mockImplementation(() => new Promise((resolve) => finish.push(resolve)));
  const flushes = async (count: number): Promise<void> => {
    for (let turn = 0; turn < TURNS_MAX && finish.length < count; turn++) await new Promise(setImmediate);
    expect(finish).toHaveLength(count);
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'redo-halves-'));
    finish = [];
    open(folder);
    await commits.submit(() => db.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b)'));
    copy('', '-wal');
  });

  afterEach(() => {
    jest.restoreAllMocks();
    close();
    rmSync(folder, { recursive: true });
  });

  it('answers from the other half while the file is flushed', async () => {
    holdFlushes();
    for (const a of [1, 2, 3, 4]) await insert(a);
    expect(finish).toHaveLength(1);
    copy('-redo');
    expect(found()).toEqual([1, 2, 3, 4]);
  });

  it('comes back to a half when the flush is over', async () => {
    const flush = jest.spyOn(db, 'flush');
    for (const a of [1, 2, 3, 4, 5, 6]) {
      if (a === 5) copy('', '-wal');
      await insert(a);
      await Promise.all(flush.mock.results.map(({ value }) => value as Promise<void>));
    }
    expect(flush).toHaveBeenCalledTimes(2);
    copy('-redo');
    expect(found()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('lets a group wait for a flush when the other half is still needed', async () => {
    holdFlushes();
    const append = jest.spyOn(RedoJournal.prototype, 'append');
    for (const a of [1, 2, 3, 4]) await insert(a);
    const waiting = insert(5);
    await flushes(2);
    expect(append).toHaveBeenCalledTimes(4);
    copy('', '-wal');
    finish[1]!();
    await waiting;
    await insert(6);
    expect(finish).toHaveLength(2);
    copy('-redo');
    expect(found()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('flushes the file with a group that is longer than a half', async () => {
    const flush = jest.spyOn(db, 'flush');
    await insert(1, 'short');
    expect(flush).not.toHaveBeenCalled();
    await insert(2, WIDE);
    expect(flush).toHaveBeenCalledTimes(1);
    copy('', '-wal');
    expect(found()).toEqual([1, 2]);
  });

  it('refuses everything once the file could not be flushed', async () => {
    jest.spyOn(db, 'flush').mockRejectedValueOnce(new Error('the disk is gone'));
    for (const a of [1, 2, 3]) await insert(a);
    await expect(insert(4)).rejects.toThrow('the disk is gone');
    await expect(commits.whenReadable()).rejects.toThrow('the disk is gone');
    copy('-redo');
    expect(found()).toEqual([1, 2, 3]);
  });

  it('numbers no record that the full file has no room for', async () => {
    for (const a of [1, 2]) await insert(a);
    await insert(3, 'short');
    const { prepare } = Sqlite.prototype;
    const full = jest.spyOn(db, 'prepare').mockImplementation((sql) => {
      if (sql === 'COMMIT') throw new Error('the disk is full');
      return prepare.call(db, sql) as never;
    });
    await expect(insert(4)).rejects.toThrow('the disk is full');
    full.mockRestore();
    holdFlushes();
    for (const a of [5, 6]) await insert(a);
    copy('-redo');
    expect(found()).toEqual([1, 2, 3, 5, 6]);
  });
});
