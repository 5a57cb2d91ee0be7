import fs, { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sqlite, type SqlValue } from './sqlite.js';

describe('Sqlite', () => {
  let folder: string;
  let db: Sqlite;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sqlite-'));
    db = new Sqlite(join(folder, 'a.db'));
    db.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b, c)');
  });

  afterEach(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  it('keeps every kind of value as it was given, through get and through all', () => {
    const values: SqlValue[] = ['text', 'ünï', 5, -7, 1.5, 1e300, null, 2 ** 53 - 1];
    const insert = db.prepare('INSERT INTO t (b) VALUES (?)');
    for (const value of values) expect(insert.run(value).changes).toBe(1);
    expect(
      db
        .prepare<{ b: SqlValue }>('SELECT b FROM t ORDER BY a')
        .all()
        .map((row) => row.b),
    ).toEqual(values);
    values.forEach((value, index) => {
      expect(db.prepare('SELECT b FROM t WHERE a = ?').get(index + 1)).toEqual({ b: value });
    });
  });

  it('binds a lone blob and reads it back as bytes', () => {
    db.prepare('INSERT INTO t (b) VALUES (?)').run(new Uint8Array([1, 2, 3]));
    const read = db.prepare<{ b: Uint8Array }>('SELECT b FROM t');
    expect(Buffer.from(read.get()!.b)).toEqual(Buffer.from([1, 2, 3]));
    expect(Buffer.from(read.all()[0]!.b)).toEqual(Buffer.from([1, 2, 3]));
  });

  it('binds whole numbers as integers', () => {
    expect(db.prepare('SELECT typeof(?) x, typeof(?) y, typeof(?) z').get(1, 1n, 1.5)).toEqual({
      x: 'integer',
      y: 'integer',
      z: 'real',
    });
  });

  it.each([[true], [undefined], [{}], [Number.NaN], [2n ** 63n], ['nul\u0000inside']])(
    'refuses to bind %p instead of crashing',
    (value) => {
      expect(() => db.prepare('SELECT ?').get(value as SqlValue)).toThrow();
    },
  );

  it('gives undefined for no row, and the row id of an insert', () => {
    expect(db.prepare('SELECT b FROM t').get()).toBeUndefined();
    expect(db.prepare('INSERT INTO t (b) VALUES (1)').run()).toEqual({ changes: 1, lastInsertRowid: 1 });
  });

  it('flushes every commit to disk', () => {
    expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  });

  it('leaves the flush of the log to its user where that was asked for', async () => {
    expect(db.flush()).toBeUndefined();
    const flushed = new Sqlite(join(folder, 'b.db'), { onDisk: 'with flush' });
    expect(flushed.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 1 });
    flushed.exec('CREATE TABLE t (a)');
    const syncs = jest.spyOn(fs, 'fdatasync');
    await flushed.flush();
    expect(syncs).toHaveBeenCalledTimes(1);
    flushed.close();
  });

  it('can be opened again at once after it was closed, with statements still around', () => {
    const insert = db.prepare('INSERT INTO t (a) VALUES (?)');
    const read = db.prepare('SELECT a FROM t');
    for (let a = 1; a <= 5; a++) insert.run(a);
    expect(read.get()).toEqual({ a: 1 });
    db.close();
    db = new Sqlite(join(folder, 'a.db'));
    db.prepare('INSERT INTO t (a) VALUES (?)').run(6);
    expect(db.prepare('SELECT COUNT(*) AS n FROM t').get()).toEqual({ n: 6 });
  });
});
