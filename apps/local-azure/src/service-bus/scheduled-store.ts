import type { Sqlite } from '../storage/sqlite.js';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS scheduled_messages (
  sequence INTEGER PRIMARY KEY, topic INTEGER NOT NULL, due_at INTEGER NOT NULL, message_id TEXT NOT NULL,
  bytes BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS scheduled_messages_by_time ON scheduled_messages (due_at, sequence);
`;
const COLUMNS = 'sequence, topic, due_at AS dueAtMs, message_id AS messageId, bytes FROM scheduled_messages';

/** A message that waits on disk for its moment, as it was sent. */
export interface ScheduledMessage {
  readonly sequence: number;
  /** The id of the topic or queue it was sent to. */
  readonly topic: number;
  readonly dueAtMs: number;
  readonly messageId: string;
  readonly bytes: Buffer;
}

/** The table of scheduled messages. Every writing method belongs inside one transaction of the caller. */
export class ScheduledStore {
  constructor(private readonly db: Sqlite) {
    db.exec(SCHEMA);
  }

  insert({ sequence, topic, dueAtMs, messageId, bytes }: ScheduledMessage): void {
    this.db
      .prepare('INSERT INTO scheduled_messages (sequence, topic, due_at, message_id, bytes) VALUES (?, ?, ?, ?, ?)')
      .run(sequence, topic, dueAtMs, messageId, bytes);
  }

  /** Says whether it was there. */
  delete(topic: number, sequence: number): boolean {
    const statement = this.db.prepare('DELETE FROM scheduled_messages WHERE sequence = ? AND topic = ?');
    return statement.run(sequence, topic).changes > 0;
  }

  /** The messages of these topics whose moment has come, first due first. */
  due(topics: readonly number[], untilMs: number, countMax: number): ScheduledMessage[] {
    return this.db
      .prepare<ScheduledMessage>(
        `SELECT ${COLUMNS} WHERE due_at <= ? AND topic IN (SELECT value FROM json_each(?)) ORDER BY due_at, sequence LIMIT ?`,
      )
      .all(untilMs, JSON.stringify(topics), countMax);
  }

  /** When the first message of these topics is due; undefined when none is scheduled. */
  nextDueMs(topics: readonly number[]): number | undefined {
    return this.db
      .prepare<{ dueAtMs: number }>(
        'SELECT due_at AS dueAtMs FROM scheduled_messages WHERE topic IN (SELECT value FROM json_each(?)) ORDER BY due_at LIMIT 1',
      )
      .get(JSON.stringify(topics))?.dueAtMs;
  }

  /** The scheduled messages of one topic or queue from a sequence number on. */
  browse(topic: number, from: number, countMax: number): ScheduledMessage[] {
    return this.db
      .prepare<ScheduledMessage>(`SELECT ${COLUMNS} WHERE topic = ? AND sequence >= ? ORDER BY sequence LIMIT ?`)
      .all(topic, from, countMax);
  }
}
