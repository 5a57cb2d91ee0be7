import type { Sqlite } from '../storage/sqlite.js';
import type { ContainerDefinition, CompositePath } from './container-definition.js';
import { valueAt, type DocumentPath } from './document-path.js';
import type { JsonObject } from './json.js';
import { sortKey } from './sort-key.js';

/** Rows read at once while a new column is filled. */
const BACKFILL_ROWS = 500;

interface Column {
  readonly name: string;
  readonly path: DocumentPath;
}

/**
 * The indexed paths of one container, each a column that holds the sort key of the value at that path. A column stays
 * when its path is no longer indexed; a new one is filled from the stored documents.
 */
export class IndexedColumns {
  private readonly table: string;
  private columns: Column[];

  constructor(
    private readonly db: Sqlite,
    private readonly container: number,
  ) {
    this.table = `d_${container}`;
    this.columns = db
      .prepare<{ position: number; path: string }>(
        'SELECT position, path FROM columns WHERE coll = ? ORDER BY position',
      )
      .all(container)
      .map(({ position, path }) => ({ name: `x${position}`, path: JSON.parse(path) as string[] }));
  }

  get names(): readonly string[] {
    return this.columns.map((column) => column.name);
  }

  get paths(): readonly DocumentPath[] {
    return this.columns.map((column) => column.path);
  }

  /** The column of a path, if it is indexed by name. */
  nameOf(path: DocumentPath): string | undefined {
    return this.columns.find((column) => same(column.path, path))?.name;
  }

  /** Adds the columns and indexes that a definition asks for. Must run inside a transaction. */
  adopt(definition: ContainerDefinition): void {
    const added = definition.indexedPaths
      .filter((path) => this.nameOf(path) === undefined)
      .map((path) => this.add(path));
    if (added.length > 0) this.backfill(added);
    for (const path of definition.indexedPaths) this.indexOne(this.nameOf(path)!);
    for (const index of definition.compositeIndexes) this.indexTogether(index);
  }

  /** Removes what is remembered of a dropped table. */
  forget(): void {
    this.db.prepare('DELETE FROM columns WHERE coll = ?').run(this.container);
  }

  private add(path: DocumentPath): Column {
    const column = { name: `x${this.columns.length}`, path };
    const position = this.columns.length;
    this.db.exec(`ALTER TABLE ${this.table} ADD COLUMN ${column.name} TEXT NOT NULL DEFAULT ''`);
    this.db.prepare('INSERT INTO columns VALUES (?, ?, ?)').run(this.container, position, JSON.stringify(path));
    this.columns = [...this.columns, column];
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

  private indexOne(name: string): void {
    this.db.exec(`
      CREATE INDEX IF NOT EXISTS ${this.table}_pk_${name} ON ${this.table} (pk, ${name});
      CREATE INDEX IF NOT EXISTS ${this.table}_${name} ON ${this.table} (${name});`);
  }

  private indexTogether(index: readonly CompositePath[]): void {
    const keys = index.map(({ path, descending }) => ({ name: this.nameOf(path)!, suffix: descending ? 'd' : 'a' }));
    const columns = keys.map(({ name, suffix }) => `${name} ${suffix === 'd' ? 'DESC' : 'ASC'}`).join(', ');
    const name = `${this.table}_pk_${keys.map((key) => key.name + key.suffix).join('_')}`;
    this.db.exec(`CREATE INDEX IF NOT EXISTS ${name} ON ${this.table} (pk, ${columns})`);
  }
}

const same = (left: DocumentPath, right: DocumentPath): boolean =>
  left.length === right.length && left.every((name, index) => name === right[index]);
