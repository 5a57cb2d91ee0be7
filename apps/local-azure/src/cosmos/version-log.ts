import type { Sqlite, SqlValue } from '../storage/sqlite.js';
import type { Scope } from './scope.js';

/** What was done to an item. An expiry is a delete that nobody asked for. */
export type ChangeKind = 'create' | 'replace' | 'delete' | 'expiry';

/** One change of an item, with what it was before and is after. */
export interface Change {
  readonly lsn: number;
  readonly kind: ChangeKind;
  readonly pk: string;
  readonly epk: string;
  readonly id: string;
  /** Epoch seconds. */
  readonly ts: number;
  /** The document after the change as JSON; null after a delete. */
  readonly current: string | null;
  /** The document before the change as JSON; null for a new item. */
  readonly previous: string | null;
  readonly previousLsn: number | null;
}

const SCHEMA = `CREATE TABLE IF NOT EXISTS version_logs (coll INTEGER PRIMARY KEY, pruned INTEGER NOT NULL)`;

/** Every change of the items of one container, kept for its retention. What writes must run inside a transaction. */
export class VersionLog {
  private readonly table: string;

  constructor(
    private readonly db: Sqlite,
    private readonly container: number,
  ) {
    this.table = `f_${container}`;
    db.exec(SCHEMA);
  }

  /** Begins to keep changes after the given one, unless they are kept already. */
  begin(lsn: number): void {
    this.db.prepare('INSERT OR IGNORE INTO version_logs (coll, pruned) VALUES (?, ?)').run(this.container, lsn);
    this.db.exec(`
      CREATE TABLE IF NOT EXISTS ${this.table} (
        lsn INTEGER PRIMARY KEY, kind TEXT NOT NULL, pk TEXT NOT NULL, epk TEXT NOT NULL, id TEXT NOT NULL,
        ts INTEGER NOT NULL, current TEXT, previous TEXT, previousLsn INTEGER);
      CREATE INDEX IF NOT EXISTS ${this.table}_ts ON ${this.table} (ts);`);
  }

  /** Forgets every change. */
  end(): void {
    this.db.exec(`DROP TABLE IF EXISTS ${this.table}`);
    this.db.prepare('DELETE FROM version_logs WHERE coll = ?').run(this.container);
  }

  append({ lsn, kind, pk, epk, id, ts, current, previous, previousLsn }: Change): void {
    const sql = `INSERT INTO ${this.table} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
    this.db.prepare(sql).run(lsn, kind, pk, epk, id, ts, current, previous, previousLsn);
  }

  /** Whether changes from before that second are kept. */
  hasOlderThan(seconds: number): boolean {
    return this.db.prepare(`SELECT 1 AS found FROM ${this.table} WHERE ts < ? LIMIT 1`).get(seconds) !== undefined;
  }

  /** Forgets at most `limit` changes from before that second, the oldest first. */
  prune(seconds: number, limit: number): void {
    const old = `SELECT lsn FROM ${this.table} WHERE ts < ? ORDER BY lsn LIMIT ?`;
    const last = this.db
      .prepare<{ lsn: number | null }>(`SELECT MAX(lsn) AS lsn FROM (${old})`)
      .get(seconds, limit)!.lsn;
    if (last === null) return;
    this.db.prepare(`DELETE FROM ${this.table} WHERE lsn <= ?`).run(last);
    this.db.prepare('UPDATE version_logs SET pruned = ? WHERE coll = ?').run(last, this.container);
  }

  /** The last change that is not kept any more. */
  prunedUpTo(): number {
    const sql = 'SELECT pruned FROM version_logs WHERE coll = ?';
    return this.db.prepare<{ pruned: number }>(sql).get(this.container)!.pruned;
  }

  /** At most `limit` changes after a given one, within a scope. */
  after(lsn: number, scope: Scope, limit: number): Change[] {
    const conditions = ['lsn > ?', ...scope.conditions].join(' AND ');
    const params: SqlValue[] = [lsn, ...scope.params, limit];
    return this.db
      .prepare<Change>(`SELECT * FROM ${this.table} WHERE ${conditions} ORDER BY lsn LIMIT ?`)
      .all(...params);
  }
}
