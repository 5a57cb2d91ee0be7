import type { Sqlite } from '../storage/sqlite.js';
import type { Copy } from './ready-queue.js';

/** The parts of a queue or subscription; the numbers are those on disk. */
export const PART = { active: 0, deadLetters: 1, transferDeadLetters: 2 } as const;
/** One of the parts, as its number. */
export type QueuePart = (typeof PART)[keyof typeof PART];

/** A copy as it is on disk, with the queue it is in. */
export interface CopyRow {
  readonly subscription: number;
  readonly part: QueuePart;
  readonly copy: Copy;
  readonly enqueuedAtMs: number;
}

/** The columns of a copy and its message. */
export interface CopyColumns {
  subscription: number;
  sequence: number;
  message: number;
  dead: number;
  deferred: number;
  enqueued_at: number;
  delivery_count: number;
  application_properties: Buffer | null;
  expires_at: number | null;
}

/** What to select for `CopyColumns`. */
export const COPY_COLUMNS =
  'subscription, sequence, message, dead, deferred, delivery_count, application_properties, expires_at, enqueued_at FROM copies JOIN messages ON messages.id = message';

/** A file that was made before messages could be deferred has no place for it. */
export function addDeferredColumn(db: Sqlite): void {
  const columns = db.prepare<{ name: string }>("SELECT name FROM pragma_table_info('copies')").all();
  if (columns.some(({ name }) => name === 'deferred')) return;
  db.exec('ALTER TABLE copies ADD COLUMN deferred INTEGER NOT NULL DEFAULT 0');
}

/** The copy that a row holds. */
export function copyRow(row: CopyColumns): CopyRow {
  return {
    subscription: row.subscription,
    part: row.dead as QueuePart,
    enqueuedAtMs: row.enqueued_at,
    copy: {
      sequence: row.sequence,
      message: row.message,
      deliveryCount: row.delivery_count,
      expiresAtMs: row.expires_at,
      applicationProperties: row.application_properties,
      deferred: row.deferred === 1,
    },
  };
}
