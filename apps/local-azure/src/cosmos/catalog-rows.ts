import type { Sqlite } from '../storage/sqlite.js';

/** A database as it is listed. */
export interface DatabaseEntry {
  readonly n: number;
  readonly id: string;
  readonly rid: string;
  readonly ts: number;
}

/** A container as it is stored; the body is its definition as JSON. */
export interface ContainerRow {
  readonly n: number;
  readonly db: number;
  readonly rid: string;
  readonly ts: number;
  readonly lsn: number;
  readonly seq: number;
  readonly ranges: number;
  readonly firstRange: number;
  readonly version: number;
  readonly body: string;
}

/** Columns that a file of an earlier version lacks. */
const ADDED_COLUMNS = ['first_range INTEGER NOT NULL DEFAULT 0', 'version INTEGER NOT NULL DEFAULT 0'] as const;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS dbs (n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, rid TEXT, ts INTEGER);
  CREATE TABLE IF NOT EXISTS colls (
    n INTEGER PRIMARY KEY AUTOINCREMENT, db INTEGER NOT NULL, id TEXT NOT NULL, rid TEXT, ts INTEGER,
    lsn INTEGER NOT NULL, seq INTEGER NOT NULL, ranges INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (db, id));
  CREATE TABLE IF NOT EXISTS columns (coll INTEGER, position INTEGER, path TEXT, PRIMARY KEY (coll, position));
`;

/** Makes the tables of databases and containers, and the columns that a file of an earlier version lacks. */
export function createCatalogTables(db: Sqlite): void {
  db.exec(SCHEMA);
  const columns = db.prepare<{ name: string }>('PRAGMA table_info(colls)').all();
  const known = new Set(columns.map(({ name }) => name));
  for (const column of ADDED_COLUMNS) {
    if (!known.has(column.split(' ', 1)[0]!)) db.exec(`ALTER TABLE colls ADD COLUMN ${column}`);
  }
}

/** The databases in the order of their creation. */
export const storedDatabases = (db: Sqlite): DatabaseEntry[] =>
  db.prepare<DatabaseEntry>('SELECT n, id, rid, ts FROM dbs ORDER BY n').all();

/** The containers in the order of their creation. */
export function storedContainers(db: Sqlite): ContainerRow[] {
  const columns = 'n, db, rid, ts, lsn, seq, ranges, first_range AS firstRange, version, body';
  return db.prepare<ContainerRow>(`SELECT ${columns} FROM colls ORDER BY n`).all();
}
