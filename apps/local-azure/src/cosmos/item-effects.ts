import type { Sqlite } from '../storage/sqlite.js';
import type { ContainerDefinition } from './container-definition.js';
import type { JsonObject } from './json.js';
import { UniqueKeys } from './unique-keys.js';
import { VersionLog, type ChangeKind } from './version-log.js';

/** What the effects ask of the container that they belong to. */
export interface EffectsHost {
  readonly n: number;
  readonly table: string;
  readonly definition: ContainerDefinition;
  /** Deletes an item whose lifetime is over. */
  expire(seq: number, nowSeconds: number): void;
}

/** The version of an item that is written. */
export interface WrittenVersion {
  readonly lsn: number;
  /** Epoch seconds. */
  readonly ts: number;
  readonly body: string;
  readonly document: JsonObject;
}

/** Where an item is. */
export interface ItemPlace {
  readonly pk: string;
  readonly epk: string;
  readonly id: string;
}

type Before = ItemPlace & { readonly lsn: number; readonly body: string };

/**
 * What is written beside the items of a container: the unique keys that they take, and every version and delete where the
 * definition says that they are kept. Costs nothing in containers that have neither. Must run inside the transaction of the write.
 */
export class ItemEffects {
  readonly log: VersionLog;
  private readonly uniqueKeys: UniqueKeys;

  constructor(
    private readonly db: Sqlite,
    private readonly host: EffectsHost,
  ) {
    this.log = new VersionLog(db, host.n);
    this.uniqueKeys = new UniqueKeys(db, host.n, host.definition.uniqueKeys);
  }

  /** Whether all versions and deletes are kept. */
  get keepsVersions(): boolean {
    return this.host.definition.retentionSeconds > 0;
  }

  /** Whether nothing is written beside the items. */
  get isPlain(): boolean {
    return !this.keepsVersions && this.host.definition.uniqueKeys.length === 0;
  }

  create(lsn: number): void {
    this.uniqueKeys.createTable();
    this.adoptRetention(lsn);
  }

  drop(): void {
    this.uniqueKeys.dropTable();
    this.log.end();
  }

  /** Keeps versions from the given change on, or forgets them, as the definition says. */
  adoptRetention(lsn: number): void {
    if (this.keepsVersions) this.log.begin(lsn);
    else this.log.end();
  }

  /** Before an item is inserted. Throws 409 when a unique key is taken. */
  beforeInsert(seq: number, place: ItemPlace, version: WrittenVersion): void {
    this.claim(place.pk, seq, version);
    if (this.keepsVersions) this.append('create', place, version, version.body);
  }

  /** Before the next version of an item is written. Throws 409 when a unique key is taken. */
  beforeUpdate(seq: number, version: WrittenVersion): void {
    if (this.isPlain) return;
    const before = this.before(seq);
    this.claim(before.pk, seq, version);
    if (this.keepsVersions) this.append('replace', before, version, version.body, before);
  }

  /** Before an item is deleted; `change` gives the number and the second of the delete, if it is kept. */
  beforeRemove(seq: number, kind: 'delete' | 'expiry', change: () => { lsn: number; ts: number }): void {
    if (this.keepsVersions) {
      const before = this.before(seq);
      this.append(kind, before, change(), null, before);
    }
    this.uniqueKeys.release(seq);
  }

  private claim(pk: string, seq: number, { ts, document }: WrittenVersion): void {
    if (this.host.definition.uniqueKeys.length === 0) return;
    const expired = this.db.prepare(`SELECT 1 AS found FROM ${this.host.table} WHERE seq = ? AND exp <= ?`);
    for (const holder of this.uniqueKeys.holders(pk, document)) {
      if (expired.get(holder, ts) !== undefined) this.host.expire(holder, ts);
    }
    this.uniqueKeys.claim(pk, seq, document);
  }

  private before(seq: number): Before {
    return this.db.prepare<Before>(`SELECT pk, epk, id, lsn, body FROM ${this.host.table} WHERE seq = ?`).get(seq)!;
  }

  private append(
    kind: ChangeKind,
    { pk, epk, id }: ItemPlace,
    { lsn, ts }: { lsn: number; ts: number },
    current: string | null,
    before?: Before,
  ): void {
    const previous = { previous: before?.body ?? null, previousLsn: before?.lsn ?? null };
    this.log.append({ kind, pk, epk, id, lsn, ts, current, ...previous });
  }
}
