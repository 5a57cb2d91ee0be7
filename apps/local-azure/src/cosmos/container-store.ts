import type { Sqlite, SqlStatement, SqlValue } from '../storage/sqlite.js';
import { valueAt, type DocumentPath } from './document-path.js';
import type { ContainerDefinition } from './container-definition.js';
import { IndexedColumns } from './indexed-columns.js';
import { ItemEffects, type EffectsHost, type ItemPlace, type WrittenVersion } from './item-effects.js';
import { createItemsTable, recomputeExpiry } from './items-table.js';
import type { JsonObject } from './json.js';
import { PlaceCache } from './place-cache.js';
import { splitKeySpace, type PartitionRange } from './partition-ranges.js';
import { containerSelf, itemRids } from './resource-id.js';
import { sortKey } from './sort-key.js';

/** What a container starts from when it is loaded. */
export interface ContainerRecord {
  readonly n: number;
  readonly databaseId: string;
  readonly rid: string;
  readonly ts: number;
  readonly lsn: number;
  readonly seq: number;
  readonly ranges: number;
  /** The id of the first range; above 0 once they were split. */
  readonly firstRange: number;
  /** Goes up with every change of the definition. */
  readonly version: number;
  readonly definition: ContainerDefinition;
}

/** The stored version of an item. `exp` is the second from which it does not exist any more. */
export interface StoredItem {
  readonly seq: number;
  readonly lsn: number;
  readonly exp: number | null;
  readonly body: string;
}

/** What is written with an item; the body is the whole document as JSON, system properties included. */
export interface ItemVersion extends WrittenVersion {
  readonly exp: number | null;
}

/** The rows of one container. Every write must run inside a transaction. */
export class ContainerStore implements EffectsHost {
  readonly n: number;
  readonly databaseId: string;
  readonly rid: string;
  /** Its link made of internal ids, with a slash at the end. */
  readonly self: string;
  /** The internal id of the item with that sequence number. */
  readonly ridOf: (sequence: number) => string;
  readonly table: string;
  readonly columns: IndexedColumns;
  readonly effects: ItemEffects;
  readonly places: PlaceCache;
  definition!: ContainerDefinition;
  ranges!: readonly PartitionRange[];
  /** Epoch seconds of the last change of the definition. */
  ts!: number;
  version!: number;
  isDropped = false;
  private readonly findSql: string;
  private lsn: number;
  private committed: number;
  private seq: number;
  private lastTs: number | undefined;

  constructor(
    private readonly db: Sqlite,
    record: ContainerRecord,
    private readonly onChange: (container: ContainerStore) => void,
  ) {
    this.n = record.n;
    this.databaseId = record.databaseId;
    this.rid = record.rid;
    this.self = containerSelf(record.rid);
    this.ridOf = itemRids(record.rid);
    this.table = `d_${record.n}`;
    this.findSql = `SELECT seq, lsn, exp, body FROM ${this.table} WHERE pk = ? AND id = ?`;
    this.define(record);
    this.lsn = record.lsn;
    this.committed = record.lsn;
    this.seq = record.seq;
    this.columns = new IndexedColumns(db, record.n);
    this.effects = new ItemEffects(db, this);
    this.places = new PlaceCache(record.definition.keyKind);
  }

  /** Takes back changes of the definition that were undone on disk. */
  restore(record: ContainerRecord): void {
    this.define(record);
    this.isDropped = false;
    this.columns.reload();
  }

  createTable(): void {
    createItemsTable(this.db, this.table);
    this.indexPlaces();
    this.effects.create(this.lsn);
    this.columns.adopt(this.definition.indexing);
  }

  dropTable(): void {
    this.isDropped = true;
    this.db.exec(`DROP TABLE ${this.table}`);
    this.effects.drop();
    this.columns.forget();
  }

  /** Splits every range in two. The old ids are gone; their items stay where they are. */
  split(): void {
    const firstRange = Number(this.ranges[0]!.id) + this.ranges.length;
    const count = this.ranges.length * 2;
    this.ranges = splitKeySpace(count, this.definition.keyKind, firstRange);
    this.db.prepare('UPDATE colls SET ranges = ?, first_range = ? WHERE n = ?').run(count, firstRange, this.n);
    this.indexPlaces();
  }

  private indexPlaces(): void {
    const { table: t } = this;
    if (this.ranges.length > 1) this.db.exec(`CREATE INDEX IF NOT EXISTS ${t}_epk ON ${t} (epk)`);
  }

  /** Takes over a changed policy: new columns are filled, lifetimes computed again. */
  redefine(definition: ContainerDefinition, nowSeconds: number): void {
    const ttlChanged = definition.defaultTtl !== this.definition.defaultTtl;
    this.definition = definition;
    this.ts = nowSeconds;
    this.version += 1;
    this.columns.adopt(definition.indexing);
    this.effects.adoptRetention(this.lsn);
    if (ttlChanged) recomputeExpiry(this.db, this.table, definition.defaultTtl);
  }

  /** The number of the next change; never given out twice, and on disk with the change it numbers. */
  nextLsn(): number {
    this.lsn += 1;
    this.onChange(this);
    return this.lsn;
  }

  /** The sequence number of the next new item; call before `nextLsn`. */
  nextSequence(): number {
    this.seq += 1;
    return this.seq;
  }

  /** Writes the counters, once for all changes of a transaction. */
  saveCounters(): void {
    this.db.prepare('UPDATE colls SET lsn = ?, seq = ? WHERE n = ?').run(this.lsn, this.seq, this.n);
  }

  /** Takes note that the saved counters are on disk. */
  countersSaved(): void {
    this.committed = this.lsn;
  }

  /** The number of the last change that is on disk. */
  committedLsn(): number {
    return this.committed;
  }

  /** Seconds that never run backwards within the container, so that changes are in order of time as well. */
  stamp(nowSeconds: number): number {
    this.lastTs ??=
      this.prepare<{ ts: number }>(`SELECT ts FROM ${this.table} ORDER BY lsn DESC LIMIT 1`).get()?.ts ?? 0;
    this.lastTs = Math.max(this.lastTs, nowSeconds);
    return this.lastTs;
  }

  /** The stored item, expired or not. */
  find(pk: string, id: string): StoredItem | undefined {
    return this.prepare<StoredItem>(this.findSql).get(pk, id);
  }

  /** Throws 409 when a unique key is taken. */
  insert(seq: number, place: ItemPlace, item: ItemVersion): void {
    this.effects.beforeInsert(seq, place, item);
    const values: SqlValue[] = [seq, place.pk, place.epk, place.id, item.lsn, item.ts, item.exp, item.body];
    this.prepare(this.columns.insertSql).run(...values, ...this.indexedValues(item.document));
  }

  /** Throws 409 when a unique key is taken. */
  update(seq: number, item: ItemVersion): void {
    this.effects.beforeUpdate(seq, item);
    const values: SqlValue[] = [item.lsn, item.ts, item.exp, item.body, ...this.indexedValues(item.document)];
    this.prepare(this.columns.updateSql).run(...values, seq);
  }

  /** Deletes an item; the delete has the last change number. */
  remove(seq: number, nowSeconds: number): void {
    this.effects.beforeRemove(seq, 'delete', () => ({ lsn: this.lsn, ts: this.stamp(nowSeconds) }));
    this.deleteRow(seq);
  }

  /** Deletes an item whose lifetime is over. */
  expire(seq: number, nowSeconds: number): void {
    this.effects.beforeRemove(seq, 'expiry', () => ({ lsn: this.nextLsn(), ts: this.stamp(nowSeconds) }));
    this.deleteRow(seq);
  }

  /** Deletes at most `limit` expired items. */
  removeExpired(nowSeconds: number, limit: number): void {
    const expired = `SELECT seq FROM ${this.table} WHERE exp IS NOT NULL AND exp <= ? ORDER BY exp LIMIT ?`;
    for (const { seq } of this.prepare<{ seq: number }>(expired).all(nowSeconds, limit)) this.expire(seq, nowSeconds);
  }

  /** Whether anything is waiting to be swept. */
  hasExpired(nowSeconds: number): boolean {
    const sql = `SELECT 1 AS found FROM ${this.table} WHERE exp IS NOT NULL AND exp <= ? LIMIT 1`;
    return this.prepare(sql).get(nowSeconds) !== undefined;
  }

  /** A statement over this container's table. */
  prepare<Row = Record<string, unknown>>(sql: string): SqlStatement<Row> {
    return this.db.prepare<Row>(sql);
  }

  /** The number of stored items, and the bytes of their documents. */
  size(): { count: number; bytes: number } {
    const sql = `SELECT COUNT(*) AS count, COALESCE(SUM(LENGTH(CAST(body AS BLOB))), 0) AS bytes FROM ${this.table}`;
    return this.prepare<{ count: number; bytes: number }>(sql).get()!;
  }

  /** How many indexed values a document has, the two that are always indexed included. */
  indexedValueCount(document: JsonObject): number {
    if (this.definition.indexing.indexesEverything) return leaves(document);
    return 2 + this.definition.indexing.indexedPaths.filter((path) => valueAt(document, path) !== undefined).length;
  }

  private define({ ranges, definition, firstRange, ts, version }: ContainerRecord): void {
    this.ranges = splitKeySpace(ranges, definition.keyKind, firstRange);
    this.definition = definition;
    this.ts = ts;
    this.version = version;
  }

  private deleteRow(seq: number): void {
    this.prepare(`DELETE FROM ${this.table} WHERE seq = ?`).run(seq);
  }

  private indexedValues(document: JsonObject): string[] {
    return this.columns.paths.map((path: DocumentPath) => sortKey(valueAt(document, path)));
  }
}

function leaves(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, inner) => sum + leaves(inner), 0);
}
