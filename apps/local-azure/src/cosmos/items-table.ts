import type { Sqlite } from '../storage/sqlite.js';

/** Makes the table for the items of a container; the body is the whole document as JSON. What only queries want is indexed for them. */
export function createItemsTable(db: Sqlite, table: string): void {
  db.exec(`
    CREATE TABLE ${table} (seq INTEGER PRIMARY KEY, pk TEXT NOT NULL, epk TEXT NOT NULL, id TEXT NOT NULL,
      lsn INTEGER NOT NULL, ts INTEGER NOT NULL, exp INTEGER, body TEXT NOT NULL);
    CREATE UNIQUE INDEX ${table}_id ON ${table} (pk, id);
    CREATE UNIQUE INDEX ${table}_lsn ON ${table} (lsn);
    CREATE INDEX ${table}_exp ON ${table} (exp) WHERE exp IS NOT NULL;`);
}

/** Computes the ends of lifetimes again, for another default in seconds; without one nothing expires. */
export function recomputeExpiry(db: Sqlite, table: string, defaultTtl: number | undefined): void {
  if (defaultTtl === undefined) return db.exec(`UPDATE ${table} SET exp = NULL`);
  const ttl = `COALESCE(json_extract(body, '$.ttl'), ${defaultTtl})`;
  db.exec(`UPDATE ${table} SET exp = CASE WHEN ${ttl} = -1 THEN NULL ELSE ts + ${ttl} END`);
}
