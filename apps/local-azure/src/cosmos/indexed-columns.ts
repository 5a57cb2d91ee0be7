import { isStorageFull, type Sqlite } from '../storage/sqlite.js';
import type { IndexingPolicy } from './indexing-policy.js';
import { samePath, valueAt, type DocumentPath } from './document-path.js';
import type { JsonObject } from './json.js';
import { sortKey } from './sort-key.js';

/** Rows read at once while a new column is filled. */
const BACKFILL_ROWS = 500;
/** Indexes of one container at most; what is asked for beyond them is answered from those there are. */
const INDEXES_MAX = 48;

/** What every row has beside the indexed paths. */
const OWN_COLUMNS = ['seq', 'pk', 'epk', 'id', 'lsn', 'ts', 'exp', 'body'] as const;

/** A column of an index. */
export interface IndexColumn {
  readonly column: string;
  readonly descending: boolean;
}

interface Column {
  readonly name: string;
  readonly path: DocumentPath;
}

/**
 * The indexed paths of one container, each a column that holds the sort key of the value at that path. A column stays
 * when its path is no longer indexed; a new one is filled from the stored documents. An index over columns is made when the
 * first query wants it, so that writes pay only for indexes that are used.
 */
export class IndexedColumns {
  private readonly table: string;
  private columns: readonly Column[] = [];
  /** The columns by name, and their paths, in the same order; other lists once there are more. */
  names: readonly string[] = [];
  paths: readonly DocumentPath[] = [];
  /** Write a row, with the values of these columns last; the row's number comes first in one and after all in the other. */
  insertSql = '';
  updateSql = '';
  private indexes: Set<string> | undefined;

  constructor(
    private readonly db: Sqlite,
    private readonly container: number,
  ) {
    this.table = `d_${container}`;
    this.reload();
  }

  /** Takes the columns and indexes as they are stored. */
  reload(): void {
    const stored = this.db
      .prepare<{ position: number; path: string }>(
        'SELECT position, path FROM columns WHERE coll = ? ORDER BY position',
      )
      .all(this.container);
    this.take(stored.map(({ position, path }) => ({ name: `x${position}`, path: JSON.parse(path) as string[] })));
    this.indexes = undefined;
  }

  /** The column of a path, if it is indexed by name. */
  nameOf(path: DocumentPath): string | undefined {
    return this.columns.find((column) => samePath(column.path, path))?.name;
  }

  /**
   * The index over these columns, behind the partition key if `byPartition`, made now if it is not there; rows that are equal
   * in them are in order of their sequence. Undefined when there are too many indexes already, or no room for it.
   */
  index(byPartition: boolean, keys: readonly IndexColumn[]): string | undefined {
    const suffixes = keys.map(({ column, descending }) =>
      keys.length === 1 && !descending ? column : column + (descending ? 'd' : 'a'),
    );
    const name = [this.table, ...(byPartition ? ['pk'] : []), ...suffixes].join('_');
    const known = (this.indexes ??= this.storedIndexes());
    if (known.has(name)) return name;
    if (known.size >= INDEXES_MAX) return undefined;
    const columns = keys.map(({ column, descending }) => `${column} ${descending ? 'DESC' : 'ASC'}`);
    const sql = `CREATE INDEX ${name} ON ${this.table} (${[...(byPartition ? ['pk'] : []), ...columns].join(', ')})`;
    if (!this.isMade(sql)) return undefined;
    known.add(name);
    return name;
  }

  /** Whether an index is known to be there. */
  has(index: string): boolean {
    return this.indexes?.has(index) === true;
  }

  /** Adds the columns that a definition asks for. Must run inside a transaction. */
  adopt(policy: IndexingPolicy): void {
    const added = policy.indexedPaths.filter((path) => this.nameOf(path) === undefined).map((path) => this.add(path));
    if (added.length > 0) this.backfill(added);
  }

  /** Looks again which indexes there are: one that was made since the last COMMIT goes when a transaction is undone. */
  forgetIndexes(): void {
    this.indexes = undefined;
  }

  /** Removes what is remembered of a dropped table. */
  forget(): void {
    this.db.prepare('DELETE FROM columns WHERE coll = ?').run(this.container);
    this.indexes = undefined;
  }

  private take(columns: readonly Column[]): void {
    this.columns = columns;
    this.names = columns.map(({ name }) => name);
    this.paths = columns.map(({ path }) => path);
    const names = [...OWN_COLUMNS, ...this.names];
    this.insertSql = `INSERT INTO ${this.table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
    const changed = ['lsn', 'ts', 'exp', 'body', ...this.names].map((name) => `${name} = ?`).join(', ');
    this.updateSql = `UPDATE ${this.table} SET ${changed} WHERE seq = ?`;
  }

  private add(path: DocumentPath): Column {
    const column = { name: `x${this.columns.length}`, path };
    const position = this.columns.length;
    this.db.exec(`ALTER TABLE ${this.table} ADD COLUMN ${column.name} TEXT NOT NULL DEFAULT ''`);
    this.db.prepare('INSERT INTO columns VALUES (?, ?, ?)').run(this.container, position, JSON.stringify(path));
    this.take([...this.columns, column]);
    return column;
  }

  private backfill(added: readonly Column[]): void {
    const select = `SELECT seq, body FROM ${this.table} WHERE seq > ? ORDER BY seq LIMIT ${BACKFILL_ROWS}`;
    const page = this.db.prepare<{ seq: number; body: string }>(select);
    const assignments = added.map((column) => `${column.name} = ?`).join(', ');
    const update = this.db.prepare(`UPDATE ${this.table} SET ${assignments} WHERE seq = ?`);
    for (let rows = page.all(0); rows.length > 0; rows = page.all(rows.at(-1)!.seq)) {
      for (const { seq, body } of rows) {
        const document = JSON.parse(body) as JsonObject;
        update.run(...added.map((column) => sortKey(valueAt(document, column.path))), seq);
      }
    }
  }

  /** Not when the storage is full: queries are then answered without the index. */
  private isMade(sql: string): boolean {
    try {
      this.db.exec(sql);
      return true;
    } catch (error) {
      if (isStorageFull(error)) return false;
      throw error;
    }
  }

  private storedIndexes(): Set<string> {
    const sql = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?";
    return new Set(
      this.db
        .prepare<{ name: string }>(sql)
        .all(this.table)
        .map(({ name }) => name),
    );
  }
}
