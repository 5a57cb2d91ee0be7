import type { SqlStatement, Sqlite } from '../storage/sqlite.js';
import type { SentMessage, StoredMessage } from './message-codec.js';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS messages (
  id INTEGER PRIMARY KEY, enqueued_at INTEGER NOT NULL, expires_at INTEGER, durable INTEGER, priority INTEGER,
  ttl INTEGER, annotations BLOB, annotations_count INTEGER NOT NULL, bare BLOB NOT NULL);
`;
/** Of forwarded messages; a file that was made before there were any has no place for them. */
const FORWARDING_COLUMNS: Readonly<Record<string, string>> = {
  origin: 'INTEGER',
  hops: 'INTEGER NOT NULL DEFAULT 0',
  dead_letter_source: 'TEXT',
};

interface MessageColumns {
  enqueued_at: number;
  durable: number | null;
  priority: number | null;
  ttl: number | null;
  annotations: Buffer | null;
  annotations_count: number;
  bare: Buffer;
  origin: number | null;
  hops: number;
  dead_letter_source: string | null;
}

/** When a message was taken and when it may no longer be delivered (null is never). */
export interface MessageTimes {
  readonly enqueuedAtMs: number;
  readonly expiresAtMs: number | null;
}

/** The table of messages, one row each, whoever has copies of it. */
export class MessageRows {
  private readonly insertRow: SqlStatement<never>;
  private readonly deleteRow: SqlStatement<never>;
  private readonly selectRow: SqlStatement<MessageColumns>;

  constructor(db: Sqlite) {
    db.exec(SCHEMA);
    addForwardingColumns(db);
    this.insertRow = db.prepare(
      'INSERT INTO messages (id, enqueued_at, expires_at, durable, priority, ttl, annotations, annotations_count, bare, origin, hops, dead_letter_source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.deleteRow = db.prepare('DELETE FROM messages WHERE id = ?');
    this.selectRow = db.prepare(
      'SELECT enqueued_at, durable, priority, ttl, annotations, annotations_count, bare, origin, hops, dead_letter_source FROM messages WHERE id = ?',
    );
  }

  insert(id: number, sent: SentMessage, { enqueuedAtMs, expiresAtMs }: MessageTimes): void {
    const { durable, forwarded } = sent;
    this.insertRow.run(
      id,
      enqueuedAtMs,
      expiresAtMs,
      durable === null ? null : Number(durable),
      sent.priority,
      sent.ttlMs,
      sent.annotations,
      sent.annotationsCount,
      sent.bare,
      forwarded?.origin ?? null,
      forwarded?.hops ?? 0,
      forwarded?.deadLetterSource ?? null,
    );
  }

  delete(id: number): void {
    this.deleteRow.run(id);
  }

  /** Throws when there is none, because a copy never outlives its message. */
  read(id: number): StoredMessage {
    const row = this.selectRow.get(id);
    if (row === undefined) throw new Error(`Message ${id} is missing.`);
    const { origin, hops, dead_letter_source: deadLetterSource } = row;
    return {
      enqueuedAtMs: row.enqueued_at,
      durable: row.durable === null ? null : row.durable === 1,
      priority: row.priority,
      ttlMs: row.ttl,
      annotations: row.annotations,
      annotationsCount: row.annotations_count,
      bare: row.bare,
      ...(origin === null ? {} : { forwarded: { origin, hops, deadLetterSource } }),
    };
  }
}

function addForwardingColumns(db: Sqlite): void {
  const columns = db.prepare<{ name: string }>("SELECT name FROM pragma_table_info('messages')").all();
  for (const [name, type] of Object.entries(FORWARDING_COLUMNS)) {
    if (!columns.some((column) => column.name === name)) db.exec(`ALTER TABLE messages ADD COLUMN ${name} ${type}`);
  }
}
