import type { Sqlite } from '../storage/sqlite.js';
import { CosmosError } from './cosmos-error.js';
import { valueAt, type DocumentPath } from './document-path.js';
import type { JsonObject } from './json.js';

/**
 * What is taken of the unique keys of one container, by logical partition. A property that is absent counts as null, so that one item of
 * a partition may lack it. Must run inside the transaction of the write.
 */
export class UniqueKeys {
  private readonly table: string;

  constructor(
    private readonly db: Sqlite,
    container: number,
    private readonly keys: readonly (readonly DocumentPath[])[],
  ) {
    this.table = `u_${container}`;
  }

  createTable(): void {
    if (this.keys.length === 0) return;
    this.db.exec(`
      CREATE TABLE ${this.table} (pk TEXT NOT NULL, k TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (pk, k)) WITHOUT ROWID;
      CREATE INDEX ${this.table}_seq ON ${this.table} (seq);`);
  }

  dropTable(): void {
    if (this.keys.length > 0) this.db.exec(`DROP TABLE ${this.table}`);
  }

  /** Takes the keys of an item's new version, and gives back those of the old one. Throws 409 when another item has one. */
  claim(pk: string, seq: number, document: JsonObject): void {
    if (this.keys.length === 0) return;
    this.release(seq);
    const insert = this.db.prepare(`INSERT OR IGNORE INTO ${this.table} (pk, k, seq) VALUES (?, ?, ?)`);
    for (const [index, paths] of this.keys.entries()) {
      const values = paths.map((path) => valueAt(document, path) ?? null);
      if (insert.run(pk, JSON.stringify([index, ...values]), seq).changes === 0) throw taken();
    }
  }

  /** Gives back the keys of an item. */
  release(seq: number): void {
    if (this.keys.length > 0) this.db.prepare(`DELETE FROM ${this.table} WHERE seq = ?`).run(seq);
  }

  /** The items that have one of the keys which a document wants. */
  holders(pk: string, document: JsonObject): number[] {
    return this.keys.flatMap((paths, index) => {
      const values = paths.map((path) => valueAt(document, path) ?? null);
      const sql = `SELECT seq FROM ${this.table} WHERE pk = ? AND k = ?`;
      return this.db
        .prepare<{ seq: number }>(sql)
        .all(pk, JSON.stringify([index, ...values]))
        .map(({ seq }) => seq);
    });
  }
}

const taken = (): CosmosError => new CosmosError(409, 'Conflict', 'Unique index constraint violation.');
