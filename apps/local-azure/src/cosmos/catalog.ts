import type { CommitListener } from '../storage/group-commit.js';
import type { Sqlite } from '../storage/sqlite.js';
import {
  createCatalogTables,
  storedContainers,
  storedDatabases,
  type ContainerRow,
  type DatabaseEntry,
} from './catalog-rows.js';
import { ContainerStore } from './container-store.js';
import { withoutSystemProperties, type ContainerDefinition, readContainerDefinition } from './container-definition.js';
import { badRequest, conflict, notFound } from './cosmos-error.js';
import type { JsonObject } from './json.js';
import { DEFAULT_THROUGHPUT, OfferStore, rangesFor, type Throughput } from './offer-store.js';
import { RANGES_MAX } from './partition-ranges.js';
import { containerRid, databaseRid } from './resource-id.js';
import type { ThroughputSource } from './throughput-limit.js';

/** What a container has when it is created, beside its definition. */
export interface ContainerCapacity {
  /** Physical partitions at least; more when the throughput needs them. */
  readonly ranges: number;
  /** Its own; absent, it shares its database's, or has the default. */
  readonly throughput?: Throughput | undefined;
}

/** The databases and containers of the account. What writes must run inside a transaction. */
export class Catalog implements CommitListener {
  private readonly databases = new Map<string, DatabaseEntry>();
  private readonly containers = new Map<string, ContainerStore>();
  /** Containers whose counters are not on disk yet; they stay here when a transaction fails. */
  private readonly changed = new Set<ContainerStore>();

  /** Whether databases or containers were changed by work that is not on disk yet. */
  private redefined = false;

  readonly offers: OfferStore;

  constructor(private readonly db: Sqlite) {
    createCatalogTables(db);
    this.offers = new OfferStore(db);
    this.load();
    for (const { rid, databaseId, ts } of this.containers.values()) {
      const shares = this.offers.of(this.database(databaseId).rid) !== undefined;
      if (!shares && this.offers.of(rid) === undefined) this.offers.create(rid, DEFAULT_THROUGHPUT, ts);
    }
  }

  beforeCommit(): void {
    for (const container of this.changed) container.saveCounters();
  }

  committed(): void {
    for (const container of this.changed) container.countersSaved();
    this.changed.clear();
    this.redefined = false;
  }

  undone(): void {
    if (this.redefined) this.load();
    for (const { columns } of this.containers.values()) columns.forgetIndexes();
  }

  listDatabases(): DatabaseEntry[] {
    return [...this.databases.values()];
  }

  /** Throws 404. */
  database(id: string): DatabaseEntry {
    const entry = this.databases.get(id);
    if (entry === undefined) throw notFound(`database ${id}`);
    return entry;
  }

  /** Throws 409 when it exists. */
  createDatabase(id: string, nowSeconds: number, throughput?: Throughput): DatabaseEntry {
    if (this.databases.has(id)) throw conflict();
    this.redefined = true;
    const { lastInsertRowid: n } = this.db.prepare('INSERT INTO dbs (id, ts) VALUES (?, ?)').run(id, nowSeconds);
    const entry = { n, id, rid: databaseRid(n), ts: nowSeconds };
    this.db.prepare('UPDATE dbs SET rid = ? WHERE n = ?').run(entry.rid, n);
    if (throughput !== undefined) this.offers.create(entry.rid, throughput, nowSeconds);
    this.databases.set(id, entry);
    return entry;
  }

  /** Deletes a database with all its containers. Throws 404. */
  deleteDatabase(id: string): void {
    const { n, rid } = this.database(id);
    this.redefined = true;
    for (const container of this.listContainers(id)) this.deleteContainer(id, container.definition.id);
    this.offers.remove(rid);
    this.db.prepare('DELETE FROM dbs WHERE n = ?').run(n);
    this.databases.delete(id);
  }

  /** Throws 404 when the database does not exist. */
  listContainers(databaseId: string): ContainerStore[] {
    this.database(databaseId);
    return [...this.containers.values()].filter((container) => container.databaseId === databaseId);
  }

  allContainers(): ContainerStore[] {
    return [...this.containers.values()];
  }

  /** Throws 404 when the database or the container does not exist. */
  container(databaseId: string, id: string): ContainerStore {
    const found = this.containers.get(keyOf(databaseId, id));
    if (found !== undefined) return found;
    this.database(databaseId);
    throw notFound(`container ${id}`);
  }

  /** What requests for the items of a container draw on: its own throughput, or the one of its database. */
  throughputOf({ rid, databaseId }: ContainerStore): ThroughputSource {
    const { resource, throughput } = this.offers.of(rid) ?? this.offers.of(this.database(databaseId).rid)!;
    return { resource, requestUnitsPerSecond: throughput.requestUnits };
  }

  /** Throws 409 when it exists. */
  createContainer(
    databaseId: string,
    definition: ContainerDefinition,
    capacity: ContainerCapacity,
    nowSeconds: number,
  ): ContainerStore {
    const database = this.database(databaseId);
    const shared = this.offers.of(database.rid) !== undefined;
    const throughput = capacity.throughput ?? (shared ? undefined : DEFAULT_THROUGHPUT);
    const needed = throughput === undefined ? 1 : rangesFor(throughput);
    const ranges = Math.min(Math.max(capacity.ranges, needed), RANGES_MAX);
    if (this.containers.has(keyOf(databaseId, definition.id))) throw conflict();
    this.redefined = true;
    const body = JSON.stringify(definition.body);
    const { lastInsertRowid: n } = this.db
      .prepare('INSERT INTO colls (db, id, ts, lsn, seq, ranges, body) VALUES (?, ?, ?, 0, 0, ?, ?)')
      .run(database.n, definition.id, nowSeconds, ranges, body);
    const rid = containerRid(database.rid, n);
    this.db.prepare('UPDATE colls SET rid = ? WHERE n = ?').run(rid, n);
    const container = this.remember(databaseId, {
      n,
      db: database.n,
      rid,
      ts: nowSeconds,
      lsn: 0,
      seq: 0,
      ranges,
      firstRange: 0,
      version: 0,
      body,
    });
    container.createTable();
    if (throughput !== undefined) this.offers.create(rid, throughput, nowSeconds);
    return container;
  }

  /** Takes over a changed lifetime or index policy. Throws 400 when the id or the partition key would change. */
  replaceContainer(
    databaseId: string,
    id: string,
    definition: ContainerDefinition,
    nowSeconds: number,
  ): ContainerStore {
    const container = this.container(databaseId, id);
    const before = container.definition.body;
    const unchanged = (name: string): boolean => same(before[name], definition.body[name]);
    const fixed = ['id', 'partitionKey', 'uniqueKeyPolicy'].find((name) => !unchanged(name));
    if (fixed !== undefined) throw badRequest(`The ${fixed} of a container cannot be changed.`);
    if (same(before, withoutSystemProperties(definition.body))) return container;
    this.redefined = true;
    const sql = 'UPDATE colls SET body = ?, ts = ?, version = version + 1 WHERE n = ?';
    this.db.prepare(sql).run(JSON.stringify(definition.body), nowSeconds, container.n);
    container.redefine(definition, nowSeconds);
    return container;
  }

  /** Throws 404. */
  deleteContainer(databaseId: string, id: string): void {
    const container = this.container(databaseId, id);
    this.redefined = true;
    container.dropTable();
    this.offers.remove(container.rid);
    this.db.prepare('DELETE FROM colls WHERE n = ?').run(container.n);
    this.containers.delete(keyOf(databaseId, id));
    this.changed.delete(container);
  }

  /** Splits the physical partitions of a container in two. */
  split(container: ContainerStore): void {
    this.redefined = true;
    container.split();
  }

  /** Takes the databases and containers as they are stored; containers that are known stay the same objects. */
  private load(): void {
    const known = new Map([...this.containers.values()].map((container) => [container.n, container]));
    this.databases.clear();
    this.containers.clear();
    for (const entry of storedDatabases(this.db)) this.databases.set(entry.id, entry);
    const names = new Map([...this.databases.values()].map((entry) => [entry.n, entry.id]));
    for (const row of storedContainers(this.db)) this.remember(names.get(row.db)!, row, known.get(row.n));
  }

  private remember(databaseId: string, row: ContainerRow, known?: ContainerStore): ContainerStore {
    const record = { ...row, databaseId, definition: readContainerDefinition(JSON.parse(row.body) as JsonObject) };
    known?.restore(record);
    const container = known ?? new ContainerStore(this.db, record, (changed) => this.changed.add(changed));
    this.containers.set(keyOf(databaseId, record.definition.id), container);
    return container;
  }
}

const keyOf = (databaseId: string, id: string): string => JSON.stringify([databaseId, id]);

/** Equal up to the order of properties. */
function same(left: unknown, right: unknown): boolean {
  return stable(left) === stable(right);
}

function stable(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  );
}
