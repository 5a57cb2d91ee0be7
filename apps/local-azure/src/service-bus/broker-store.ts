import type { SqlStatement, Sqlite } from '../storage/sqlite.js';
import { CopyStore } from './copy-store.js';
import { MessageCache } from './message-cache.js';
import type { SentMessage, StoredMessage } from './message-codec.js';
import { MessageRows, type MessageTimes } from './message-rows.js';
import type { Copy } from './ready-queue.js';
import { ScheduledStore } from './scheduled-store.js';
import { SizeQuota } from './size-quota.js';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entities (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS recent_message_ids (
  id INTEGER PRIMARY KEY, topic INTEGER NOT NULL, message_id TEXT NOT NULL, sent_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS recent_message_ids_by_time ON recent_message_ids (sent_at);
`;
const CACHE_BYTES_MAX = 16 * 1024 * 1024;
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
  readonly copies: CopyStore;
  private readonly rows: MessageRows;
  private readonly cache = new MessageCache(CACHE_BYTES_MAX);
  private nextSequence: number;
  private reservedSequence: number;
  private readonly insertRecentRow: SqlStatement<never>;

  constructor(private readonly db: Sqlite) {
    db.exec(SCHEMA);
    this.rows = new MessageRows(db);
    this.copies = new CopyStore(db);
    this.scheduled = new ScheduledStore(db);
    this.quota = new SizeQuota(db);
    const counter = db.prepare<{ value: number }>('SELECT value FROM counters WHERE name = ?').get(SEQUENCE_COUNTER);
    this.nextSequence = this.reservedSequence = counter?.value ?? 1;
    this.insertRecentRow = db.prepare('INSERT INTO recent_message_ids (topic, message_id, sent_at) VALUES (?, ?, ?)');
  }

  /** Writes several things as one. */
  inTransaction(work: () => void): void {
    this.db.exec('BEGIN IMMEDIATE');
    work();
    this.db.exec('COMMIT');
  }

  /** The id of an entity, which is made when it is not known yet. */
  entityId(path: string): number {
    const known = this.db.prepare<{ id: number }>('SELECT id FROM entities WHERE path = ?').get(path);
    return known?.id ?? this.db.prepare('INSERT INTO entities (path) VALUES (?)').run(path).lastInsertRowid;
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

  /** Stores a message that is to have copies, and gives its sequence number, which is that of the first of them too. */
  insert(sent: SentMessage, times: MessageTimes): number {
    const sequence = this.takeSequence();
    this.rows.insert(sequence, sent, times);
    this.cache.put(sequence, storedMessage(sent, times.enqueuedAtMs));
    return sequence;
  }

  /** Notes that a message id was sent to a topic. */
  noteMessageId(topic: number, messageId: string, sentAtMs: number): void {
    this.insertRecentRow.run(topic, messageId, sentAtMs);
  }

  /** Removes a copy, and its message when it was the last. */
  deleteCopy(subscription: number, copy: Copy): void {
    if (!this.copies.delete(subscription, copy)) return;
    this.cache.delete(copy.message);
    this.rows.delete(copy.message);
  }

  /** The stored message; throws when there is none, because a copy never outlives its message. */
  message(id: number): StoredMessage {
    const cached = this.cache.get(id);
    if (cached !== undefined) return cached;
    const message = this.rows.read(id);
    this.cache.put(id, message);
    return message;
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

function storedMessage(sent: SentMessage, enqueuedAtMs: number): StoredMessage {
  const { durable, priority, ttlMs, annotations, annotationsCount, bare, forwarded } = sent;
  const stored = { enqueuedAtMs, durable, priority, ttlMs, annotations, annotationsCount, bare };
  return forwarded === undefined ? stored : { ...stored, forwarded };
}
