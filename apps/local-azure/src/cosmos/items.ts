import type { ContainerStore, StoredItem } from './container-store.js';
import {
  badRequest,
  conflict,
  notFound,
  preconditionFailed,
  SUBSTATUS_OWNER_NOT_FOUND,
  SUBSTATUS_PARTITION_KEY_MISMATCH,
  tooLarge,
} from './cosmos-error.js';
import { requireItem } from './item-rules.js';
import type { JsonObject } from './json.js';
import { canonicalKey, partitionKeyOf, requireKeyLength, type PartitionKeyValue } from './partition-key.js';
import { patched, type Patch } from './patch.js';
import { insertCharge, readCharge, replaceCharge } from './request-charge.js';
import { isWellFormed } from './sort-key.js';

/** The most bytes an item may have, and a whole batch. */
export const ITEM_BYTES_MAX = 2 * 1024 * 1024;

/** What an operation on one item comes to. */
export interface ItemOutcome {
  readonly status: number;
  readonly etag?: string;
  /** The document as JSON. */
  readonly body?: string;
  readonly requestUnits: number;
  /** It is what was asked for, and not only told because it was written. */
  readonly isRead?: boolean;
}

/** A document that was checked and may be written. */
export interface ItemDraft {
  readonly id: string;
  readonly document: JsonObject;
  readonly key: readonly PartitionKeyValue[];
  readonly pk: string;
}

/** The entity tag of the version of an item that a change made: unique in the account, since a change number is never reused. */
export function etagOf(container: number, lsn: number): string {
  const change = lsn.toString(16).padStart(16, '0');
  return `"${container.toString(16).padStart(8, '0')}-0000-0000-${change.slice(0, 4)}-${change.slice(4)}"`;
}

/** Checks a document against the rules of ids, keys and lifetimes, and the canonical text of the key that was given with it. Throws 400. */
export function draftOf(container: ContainerStore, body: unknown, givenKey: string): ItemDraft {
  const { id, document } = requireItem(body);
  const key = partitionKeyOf(document, container.definition.keyPaths);
  requireKeyLength(key, container.definition.keyKind);
  const pk = canonicalKey(key);
  if (pk !== givenKey) {
    const message = 'PartitionKey extracted from document does not match the one specified in the header.';
    throw badRequest(message, SUBSTATUS_PARTITION_KEY_MISMATCH);
  }
  return { id, document, key, pk };
}

/** An operation that was found possible: what it comes to, and the writes that it needs. Only a unique key that is taken refuses those. */
export interface PlannedOperation {
  readonly outcome: ItemOutcome;
  readonly write: () => void;
}

/** Does what was planned. Throws 409 when a unique key is taken. */
export function carryOut({ outcome, write }: PlannedOperation): ItemOutcome {
  write();
  return outcome;
}

/**
 * The operations on single items of one container, which throw 404 once it was deleted. What writes is only planned, which deletes nothing but
 * an item whose lifetime is over; both must run inside a transaction.
 */
export class Items {
  constructor(
    private readonly container: ContainerStore,
    private readonly nowSeconds: number,
  ) {
    if (container.isDropped) throw notFound(`container ${container.definition.id}`, SUBSTATUS_OWNER_NOT_FOUND);
  }

  /** Throws 404. 304 when `ifNoneMatch` names the stored version. */
  read(pk: string, id: string, ifNoneMatch?: string): ItemOutcome {
    const stored = this.required(pk, id);
    const etag = etagOf(this.container.n, stored.lsn);
    if (ifNoneMatch === etag || ifNoneMatch === '*') return { status: 304, etag, requestUnits: 1 };
    const requestUnits = readCharge(Buffer.byteLength(stored.body));
    return { status: 200, etag, body: stored.body, requestUnits, isRead: true };
  }

  /** Throws 409 when the id is taken in its partition. */
  create(draft: ItemDraft): PlannedOperation {
    return this.createOver(this.container.find(draft.pk, draft.id), draft);
  }

  /** Throws 404, and 412 when `ifMatch` names another version. */
  replace(draft: ItemDraft, ifMatch?: string): PlannedOperation {
    return this.replaceStored(this.required(draft.pk, draft.id), draft, ifMatch);
  }

  /** Throws 412 when the item exists and `ifMatch` names another version. */
  upsert(draft: ItemDraft, ifMatch?: string): PlannedOperation {
    const stored = this.container.find(draft.pk, draft.id);
    return stored === undefined || this.isExpired(stored)
      ? this.createOver(stored, draft)
      : this.replaceStored(stored, draft, ifMatch);
  }

  /** Changes parts of an item. Throws 404, 412 when `ifMatch` or the patch's condition is not met, 400 when it cannot be done. */
  patch(pk: string, id: string, patch: Patch, ifMatch?: string): PlannedOperation {
    const stored = this.required(pk, id);
    this.requireMatch(stored, ifMatch);
    const document = patched(JSON.parse(stored.body) as JsonObject, patch);
    return this.replaceStored(stored, draftOf(this.container, document, pk));
  }

  /** Throws 404, and 412 when `ifMatch` names another version. */
  delete(pk: string, id: string, ifMatch?: string): PlannedOperation {
    const { container, nowSeconds } = this;
    const stored = this.required(pk, id);
    this.requireMatch(stored, ifMatch);
    const indexedValues = container.indexedValueCount(JSON.parse(stored.body) as JsonObject);
    const requestUnits = insertCharge(Buffer.byteLength(stored.body), indexedValues);
    const write = (): void => {
      container.nextLsn();
      container.remove(stored.seq, nowSeconds);
    };
    return { outcome: { status: 204, requestUnits }, write };
  }

  private createOver(stored: StoredItem | undefined, draft: ItemDraft): PlannedOperation {
    const { container, nowSeconds } = this;
    if (stored !== undefined) {
      if (!this.isExpired(stored)) throw conflict();
      container.expire(stored.seq, nowSeconds);
    }
    const seq = container.nextSequence();
    const version = this.versionOf(draft, seq);
    const write = (): void => {
      const { id, key, pk } = draft;
      container.insert(seq, { pk, epk: container.places.placeOf(key, pk), id }, version);
    };
    return { outcome: this.written(201, version, insertCharge), write };
  }

  private replaceStored(stored: StoredItem, draft: ItemDraft, ifMatch?: string): PlannedOperation {
    this.requireMatch(stored, ifMatch);
    const version = this.versionOf(draft, stored.seq);
    const write = (): void => this.container.update(stored.seq, version);
    return { outcome: this.written(200, version, replaceCharge), write };
  }

  /** No item has an id with half of a character in it, and the store would take it for that of another one. */
  private required(pk: string, id: string): StoredItem {
    const stored = isWellFormed(id) ? this.container.find(pk, id) : undefined;
    if (stored === undefined || this.isExpired(stored)) throw notFound(`item ${id}`);
    return stored;
  }

  private isExpired(stored: StoredItem): boolean {
    return stored.exp !== null && stored.exp <= this.nowSeconds;
  }

  private requireMatch(stored: StoredItem, ifMatch: string | undefined): void {
    if (ifMatch === undefined || ifMatch === '*') return;
    if (ifMatch !== etagOf(this.container.n, stored.lsn)) throw preconditionFailed();
  }

  private versionOf(draft: ItemDraft, seq: number) {
    const { container } = this;
    const lsn = container.nextLsn();
    const ts = container.stamp(this.nowSeconds);
    const etag = etagOf(container.n, lsn);
    const rid = container.ridOf(seq);
    const system =
      `"_rid":"${rid}","_self":"${container.self}docs/${rid}/",` +
      `"_etag":${JSON.stringify(etag)},"_attachments":"attachments/","_ts":${ts}`;
    const body = `${JSON.stringify(draft.document).slice(0, -1)},${system}}`;
    const bytes = Buffer.byteLength(body);
    if (bytes > ITEM_BYTES_MAX) throw tooLarge('The item');
    return { lsn, ts, exp: this.expiryOf(draft.document, ts), body, bytes, document: draft.document, etag };
  }

  private expiryOf(document: JsonObject, ts: number): number | null {
    const { defaultTtl } = this.container.definition;
    if (defaultTtl === undefined) return null;
    const ttl = (document['ttl'] as number | null | undefined) ?? defaultTtl;
    return ttl === -1 ? null : ts + ttl;
  }

  private written(
    status: number,
    { body, bytes, document, etag }: { body: string; bytes: number; document: JsonObject; etag: string },
    charge: typeof insertCharge,
  ): ItemOutcome {
    return { status, etag, body, requestUnits: charge(bytes, this.container.indexedValueCount(document)) };
  }
}
