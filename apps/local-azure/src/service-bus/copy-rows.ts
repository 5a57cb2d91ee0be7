import type { Sqlite } from '../storage/sqlite.js';
import type { Copy } from './ready-queue.js';

/** The parts of a queue or subscription; the numbers are those on disk. */
export const PART = { active: 0, deadLetters: 1, transferDeadLetters: 2 } as const;
/** One of the parts, as its number. */
export type QueuePart = (typeof PART)[keyof typeof PART];

const SCHEMA = `
CREATE TABLE IF NOT EXISTS copies (
  subscription INTEGER NOT NULL, sequence INTEGER NOT NULL, message INTEGER NOT NULL, dead INTEGER NOT NULL,
  delivery_count INTEGER NOT NULL, application_properties BLOB, PRIMARY KEY (subscription, sequence)) WITHOUT ROWID;
`;
/** What a file that was made by an earlier version may lack. Of its messages any may have several copies. */
const ADDED_COLUMNS: Readonly<Record<string, string>> = {
  deferred: 'INTEGER NOT NULL DEFAULT 0',
  shared: 'INTEGER NOT NULL DEFAULT 1',
  session: 'TEXT',
  expires_at: 'INTEGER',
};
/** Each holds rows of its kind only, so that a plain message costs no more than its row. */
const INDEXES = `
CREATE INDEX IF NOT EXISTS copies_set_aside ON copies (subscription, dead, sequence) WHERE dead <> 0;
CREATE INDEX IF NOT EXISTS copies_shared ON copies (message) WHERE shared = 1;
CREATE INDEX IF NOT EXISTS copies_by_session ON copies (subscription, session, sequence) WHERE session IS NOT NULL;
CREATE INDEX IF NOT EXISTS copies_by_expiry ON copies (subscription, expires_at) WHERE expires_at IS NOT NULL;
`;

/** The columns of a copy. */
export interface CopyColumns {
  sequence: number;
  message: number;
  shared: number;
  deferred: number;
  delivery_count: number;
  application_properties: Buffer | null;
  session: string | null;
  expires_at: number | null;
}

/** What to select for `CopyColumns`. */
export const COPY_COLUMNS =
  'sequence, message, shared, deferred, delivery_count, application_properties, session, expires_at FROM copies';

/** Makes the table of copies, or adds to one of an earlier version what it lacks; `messages` must be there. */
export function makeCopyTable(db: Sqlite): void {
  db.exec(SCHEMA);
  const columns = db.prepare<{ name: string }>("SELECT name FROM pragma_table_info('copies')").all();
  for (const [name, type] of Object.entries(ADDED_COLUMNS)) {
    if (columns.some((column) => column.name === name)) continue;
    db.exec(`ALTER TABLE copies ADD COLUMN ${name} ${type}`);
    if (name === 'expires_at') takeExpiryFromMessages(db);
  }
  db.exec(INDEXES);
}

/** The copy that a row holds. */
export function copyOf(row: CopyColumns): Copy {
  return {
    sequence: row.sequence,
    message: row.message,
    isShared: row.shared === 1,
    deliveryCount: row.delivery_count,
    expiresAtMs: row.expires_at,
    applicationProperties: row.application_properties,
    deferred: row.deferred === 1,
    sessionId: row.session,
  };
}

/** Earlier versions kept it with the message only. */
function takeExpiryFromMessages(db: Sqlite): void {
  db.exec(
    'UPDATE copies SET expires_at = (SELECT messages.expires_at FROM messages WHERE id = message) WHERE dead = 0',
  );
}
