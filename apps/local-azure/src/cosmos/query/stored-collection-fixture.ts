import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sqlite } from '../../storage/sqlite.js';
import { Catalog } from '../catalog.js';
import { readContainerDefinition } from '../container-definition.js';
import type { ContainerStore } from '../container-store.js';
import { carryOut, draftOf, Items } from '../items.js';
import type { Json, JsonObject } from '../json.js';
import { canonicalKey, partitionKeyOf } from '../partition-key.js';
import { queryReply } from './query-request.js';
import { canonicalText } from './values.js';

/** Containers without a server around them, in a folder of their own; tests only. */
export class StoredCollections {
  private readonly folder = mkdtempSync(join(tmpdir(), 'queries-'));
  private readonly db = new Sqlite(join(this.folder, 'cosmos.db'));
  private readonly catalog = new Catalog(this.db);

  constructor() {
    this.db.exec('PRAGMA synchronous = OFF');
    this.inTransaction(() => this.catalog.createDatabase('db', 0));
  }

  /** A new container, filled by `fill`. */
  create(body: Json, fill: (collection: StoredCollection) => void): StoredCollection {
    return this.inTransaction(() => {
      const container = this.catalog.createContainer('db', readContainerDefinition(body), { ranges: 1 }, 0);
      const collection = new StoredCollection(container);
      fill(collection);
      return collection;
    });
  }

  close(): void {
    this.db.close();
    rmSync(this.folder, { recursive: true });
  }

  private inTransaction<T>(work: () => T): T {
    this.db.exec('BEGIN');
    const made = work();
    this.catalog.beforeCommit();
    this.db.exec('COMMIT');
    this.catalog.committed();
    return made;
  }
}

/** One of these containers. */
export class StoredCollection {
  constructor(private readonly container: ContainerStore) {}

  /** Writes a document at a second; with `before`, as the second version of an item that began as that. */
  write(document: JsonObject, nowSeconds: number, before?: JsonObject): void {
    const items = new Items(this.container, nowSeconds);
    const key = partitionKeyOf(document, this.container.definition.keyPaths);
    const draft = draftOf(this.container, document, canonicalKey(key));
    if (before === undefined) return void carryOut(items.create(draft));
    carryOut(items.create({ ...draft, document: { ...before, id: draft.id } }));
    carryOut(items.replace(draft));
  }

  /** The documents of a partition key, or of those that begin with it, in the order in which they were created, without those whose time is over. */
  alive(key: readonly Json[] | undefined, nowSeconds: number): JsonObject[] {
    const { table } = this.container;
    const sql = `SELECT pk, body FROM ${table} WHERE exp IS NULL OR exp > ? ORDER BY seq`;
    const rows = this.container.prepare<{ pk: string; body: string }>(sql).all(nowSeconds);
    const start = key === undefined ? '[' : canonicalKey(key as never).slice(0, -1);
    return rows
      .filter(({ pk }) => pk.startsWith(`${start},`) || pk.startsWith(`${start}]`) || key === undefined)
      .map(({ body }) => JSON.parse(body) as JsonObject);
  }

  /** The pages of a query, each found by a request that knows only the continuation; results as canonical texts. */
  pages(query: JsonObject, headers: Record<string, string>, nowSeconds: number): string[][] {
    const pages: string[][] = [];
    let token: string | undefined;
    do {
      const sent = { ...headers, ...(token === undefined ? {} : { 'x-ms-continuation': token }) };
      const reply = queryReply(this.container, query, sent, nowSeconds);
      pages.push((JSON.parse(reply.body!) as { Documents: Json[] }).Documents.map(canonicalText));
      token = reply.headers?.['x-ms-continuation'];
    } while (token !== undefined);
    return pages;
  }
}
