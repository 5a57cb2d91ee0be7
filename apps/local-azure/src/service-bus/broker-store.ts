import type { SqlStatement, Sqlite } from '../storage/sqlite.js';
import {
  COPY_COLUMNS,
  addDeferredColumn,
  copyRow,
  type CopyColumns,
  type CopyRow,
  type QueuePart,
} from './copy-rows.js';
import { MessageCache } from './message-cache.js';
import type { SentMessage, StoredMessage } from './message-codec.js';
import { MessageRows, type MessageTimes } from './message-rows.js';
import type { Copy } from './ready-queue.js';
import { ScheduledStore } from './scheduled-store.js';
import { SizeQuota } from './size-quota.js';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entities (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS copies (
  subscription INTEGER NOT NULL, sequence INTEGER NOT NULL, message INTEGER NOT NULL, dead INTEGER NOT NULL,
  delivery_count INTEGER NOT NULL, application_properties BLOB, PRIMARY KEY (subscription, sequence)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS recent_message_ids (
  id INTEGER PRIMARY KEY, topic INTEGER NOT NULL, message_id TEXT NOT NULL, sent_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS recent_message_ids_by_time ON recent_message_ids (sent_at);
`;
const CACHE_BYTES_MAX = 64 * 1024 * 1024;
const SEQUENCE_COUNTER = 'sequence';
/** Numbers reserved on disk at a time; a crash skips at most so many. */
const SEQUENCE_RESERVE = 10_000;

/** A message id that was sent within the duplicate window. */
export interface RecentMessageId {
  readonly topic: number;
  readonly messageId: string;
  readonly sentAtMs: number;
}

/**
 * The broker's tables: one row per message, one row per subscription that has a copy of it, and the message ids of the
 * duplicate window. Every writing method belongs inside one transaction of the caller.
 */
export class BrokerStore {
  readonly scheduled: ScheduledStore;
  readonly quota: SizeQuota;
  private readonly rows: MessageRows;
  private readonly cache = new MessageCache(CACHE_BYTES_MAX);
  /** How many copies of each message are left. */
  private readonly references = new Map<number, number>();
  private nextSequence: number;
  private reservedSequence: number;
  private readonly insertCopyRow: SqlStatement<never>;
  private readonly insertRecentRow: SqlStatement<never>;
  private readonly deleteCopyRow: SqlStatement<never>;
  private readonly updateCopyRow: SqlStatement<never>;

  constructor(private readonly db: Sqlite) {
    db.exec(SCHEMA);
    addDeferredColumn(db);
    this.rows = new MessageRows(db);
    this.scheduled = new ScheduledStore(db);
    this.quota = new SizeQuota(db);
    const counter = db.prepare<{ value: number }>('SELECT value FROM counters WHERE name = ?').get(SEQUENCE_COUNTER);
    this.nextSequence = this.reservedSequence = counter?.value ?? 1;
    this.insertCopyRow = db.prepare(
      'INSERT INTO copies (subscription, sequence, message, dead, delivery_count) VALUES (?, ?, ?, 0, 0)',
    );
    this.insertRecentRow = db.prepare('INSERT INTO recent_message_ids VALUES (?, ?, ?, ?)');
    this.deleteCopyRow = db.prepare('DELETE FROM copies WHERE subscription = ? AND sequence = ?');
    this.updateCopyRow = db.prepare(
      'UPDATE copies SET dead = ?, deferred = ?, delivery_count = ?, application_properties = ? WHERE subscription = ? AND sequence = ?',
    );
  }

  /** The id of an entity, which is made when it is not known yet. */
  entityId(path: string): number {
    const known = this.db.prepare<{ id: number }>('SELECT id FROM entities WHERE path = ?').get(path);
    return known?.id ?? this.db.prepare('INSERT INTO entities (path) VALUES (?)').run(path).lastInsertRowid;
  }

  /** Every copy there is, by subscription and sequence number; to be read once, before anything is written. */
  loadCopies(): CopyRow[] {
    const rows = this.db.prepare<CopyColumns>(`SELECT ${COPY_COLUMNS} ORDER BY subscription, sequence`).all();
    for (const { message } of rows) this.references.set(message, (this.references.get(message) ?? 0) + 1);
    return rows.map(copyRow);
  }

  /** The message ids sent after a moment, oldest first; older ones are removed. */
  loadRecentMessageIds(afterMs: number): { topic: number; messageId: string; sentAtMs: number }[] {
    this.forgetMessageIds(afterMs);
    return this.db
      .prepare<{ topic: number; messageId: string; sentAtMs: number }>(
        'SELECT topic, message_id AS messageId, sent_at AS sentAtMs FROM recent_message_ids ORDER BY id',
      )
      .all();
  }

  /** Removes the message ids sent at or before a moment. */
  forgetMessageIds(untilMs: number): void {
    this.db.prepare('DELETE FROM recent_message_ids WHERE sent_at <= ?').run(untilMs);
  }

  /**
   * Stores one sent message with a copy for each subscription, and gives its sequence number. Its message id is noted for
   * the topic, unless that is undefined.
   */
  insert(topic: number | undefined, sent: SentMessage, to: readonly number[], times: MessageTimes): number {
    const sequence = this.takeSequence();
    if (topic !== undefined) this.insertRecentRow.run(sequence, topic, sent.messageId, times.enqueuedAtMs);
    if (to.length === 0) return sequence;
    this.rows.insert(sequence, sent, times);
    for (const subscription of to) this.insertCopyRow.run(subscription, sequence, sequence);
    return sequence;
  }

  /** Adds one more copy of a stored message for a subscription that has one, and gives its own sequence number. */
  insertFurtherCopy(subscription: number, message: number): number {
    const sequence = this.takeSequence();
    this.insertCopyRow.run(subscription, sequence, message);
    return sequence;
  }

  /** Makes a message that is now on disk readable without reading it back. */
  remember(id: number, message: StoredMessage, copies: number): void {
    this.references.set(id, copies);
    this.cache.put(id, message);
  }

  /** Changes what one subscription keeps of its copy, and where. */
  updateCopy(subscription: number, copy: Copy, part: QueuePart): void {
    const { deferred = false, deliveryCount, applicationProperties, sequence } = copy;
    this.updateCopyRow.run(part, Number(deferred), deliveryCount, applicationProperties, subscription, sequence);
  }

  /** Removes a copy, and its message when it was the last. */
  deleteCopy(subscription: number, copy: Pick<Copy, 'sequence' | 'message'>): void {
    this.deleteCopyRow.run(subscription, copy.sequence);
    const left = (this.references.get(copy.message) ?? 1) - 1;
    if (left > 0) {
      this.references.set(copy.message, left);
      return;
    }
    this.references.delete(copy.message);
    this.cache.delete(copy.message);
    this.rows.delete(copy.message);
  }

  /** Counts a copy again whose removal was undone. */
  undoDelete(copy: Copy): void {
    this.references.set(copy.message, (this.references.get(copy.message) ?? 0) + 1);
  }

  /** The stored message; throws when there is none, because a copy never outlives its message. */
  message(id: number): StoredMessage {
    const cached = this.cache.get(id);
    if (cached !== undefined) return cached;
    const message = this.rows.read(id);
    this.cache.put(id, message);
    return message;
  }

  /** The copies of a queue from a sequence number on, locked ones too, without taking them. */
  browse(subscription: number, part: QueuePart, from: number, countMax: number): Copy[] {
    return this.db
      .prepare<CopyColumns>(
        `SELECT ${COPY_COLUMNS} WHERE subscription = ? AND dead = ? AND sequence >= ? ORDER BY sequence LIMIT ?`,
      )
      .all(subscription, part, from, countMax)
      .map((row) => copyRow(row).copy);
  }

  /** Writes where the numbering stands, so that a clean stop skips no number. */
  saveSequence(): void {
    this.db.prepare('INSERT OR REPLACE INTO counters VALUES (?, ?)').run(SEQUENCE_COUNTER, this.nextSequence);
    this.reservedSequence = this.nextSequence;
  }

  /** Forgets what was reserved in a transaction that was undone. */
  undoReservation(): void {
    this.reservedSequence = 0;
  }

  /** The next sequence number; belongs inside a transaction, whose failure `undoReservation` must be told. */
  takeSequence(): number {
    if (this.nextSequence >= this.reservedSequence) {
      const reserved = this.nextSequence + SEQUENCE_RESERVE;
      this.db.prepare('INSERT OR REPLACE INTO counters VALUES (?, ?)').run(SEQUENCE_COUNTER, reserved);
      this.reservedSequence = reserved;
    }
    return this.nextSequence++;
  }
}
