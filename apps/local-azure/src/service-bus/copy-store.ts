import type { SqlStatement, Sqlite } from '../storage/sqlite.js';
import { COPY_COLUMNS, copyOf, makeCopyTable, PART, type CopyColumns, type QueuePart } from './copy-rows.js';
import type { Copy } from './ready-queue.js';

/** Which copies: those of one part of a queue or subscription, and, where it is given, of one session in it. */
export interface CopyScope {
  readonly subscriptionId: number;
  readonly part: QueuePart;
  readonly sessionId?: string;
}

/** From where on, and how many at most. */
export interface CopyRange {
  readonly fromSequence: number;
  readonly countMax: number;
}

/** A session as it is met among the copies. */
export interface SessionSight {
  readonly sequence: number;
  readonly session: string | null;
}

/** The table of copies: one row per subscription that has one. Every writing method belongs inside one transaction of the caller. */
export class CopyStore {
  private readonly insertRow: SqlStatement<never>;
  private readonly updateRow: SqlStatement<never>;
  private readonly deleteRow: SqlStatement<never>;
  private readonly otherRow: SqlStatement<{ found: number }>;

  /** The table of messages must be there. */
  constructor(private readonly db: Sqlite) {
    makeCopyTable(db);
    this.insertRow = db.prepare(
      'INSERT INTO copies (subscription, sequence, message, dead, delivery_count, application_properties, shared, session, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.updateRow = db.prepare(
      'UPDATE copies SET dead = ?, deferred = ?, delivery_count = ?, application_properties = ?, session = ?, expires_at = ? WHERE subscription = ? AND sequence = ?',
    );
    this.deleteRow = db.prepare('DELETE FROM copies WHERE subscription = ? AND sequence = ?');
    this.otherRow = db.prepare('SELECT 1 AS found FROM copies WHERE message = ? AND shared = 1 LIMIT 1');
  }

  /** Writes a new copy. */
  insert(subscription: number, copy: Copy, part: QueuePart): void {
    const { sequence, message, deliveryCount, applicationProperties, isShared } = copy;
    const { session, expiry } = activeOnly(copy, part);
    this.insertRow.run(
      subscription,
      sequence,
      message,
      part,
      deliveryCount,
      applicationProperties,
      Number(isShared),
      session,
      expiry,
    );
  }

  /** Changes what one subscription keeps of its copy, and where. */
  update(subscription: number, copy: Copy, part: QueuePart): void {
    const { deferred, deliveryCount, applicationProperties, sequence } = copy;
    const { session, expiry } = activeOnly(copy, part);
    const properties = applicationProperties;
    this.updateRow.run(part, Number(deferred), deliveryCount, properties, session, expiry, subscription, sequence);
  }

  /** Removes a copy and says whether it was the last of its message. */
  delete(subscription: number, { sequence, message, isShared }: Copy): boolean {
    this.deleteRow.run(subscription, sequence);
    return !isShared || this.otherRow.get(message) === undefined;
  }

  /** Removes every copy of a subscription, and the messages that nobody else has. */
  deleteAll(subscription: number): void {
    const own = 'SELECT message FROM copies AS own WHERE own.subscription = ?';
    const others =
      'SELECT 1 FROM copies AS other WHERE other.message = own.message AND other.shared = 1 AND other.subscription <> own.subscription';
    this.db.prepare(`DELETE FROM messages WHERE id IN (${own} AND NOT EXISTS (${others}))`).run(subscription);
    this.db.prepare('DELETE FROM copies WHERE subscription = ?').run(subscription);
  }

  /** The first ready copies of a queue behind a sequence number, those that receivers hold included. */
  readyAfter(scope: CopyScope, afterSequence: number, countMax: number): Copy[] {
    return this.select(scope, 'deferred = 0 AND sequence > ?', [afterSequence, countMax]);
  }

  /** The copies of a queue from a sequence number on, whoever holds them. */
  browse(scope: CopyScope, { fromSequence, countMax }: CopyRange): Copy[] {
    return this.select(scope, 'sequence >= ?', [fromSequence, countMax]);
  }

  /** A deferred copy; undefined when there is none with this number. */
  deferred(scope: CopyScope, sequence: number): Copy | undefined {
    return this.select(scope, 'deferred = 1 AND sequence = ?', [sequence, 1])[0];
  }

  /** What sessions the copies behind a sequence number are for, in the order of the copies. */
  sessionsAfter(subscription: number, afterSequence: number, countMax: number): SessionSight[] {
    return this.db
      .prepare<SessionSight>(
        'SELECT sequence, session FROM copies WHERE subscription = ? AND dead = 0 AND deferred = 0 AND sequence > ? ORDER BY sequence LIMIT ?',
      )
      .all(subscription, afterSequence, countMax);
  }

  /** The sessions that have copies, deferred and locked ones too, by id. */
  sessionIds(subscription: number): string[] {
    return this.db
      .prepare<{ session: string }>(
        'SELECT DISTINCT session FROM copies WHERE subscription = ? AND session IS NOT NULL ORDER BY session',
      )
      .all(subscription)
      .map(({ session }) => session);
  }

  /** The first active copies behind a sequence number for which no session is written. */
  withoutSession(subscription: number, afterSequence: number, countMax: number): Copy[] {
    const scope = { subscriptionId: subscription, part: PART.active };
    return this.select(scope, 'session IS NULL AND sequence > ?', [afterSequence, countMax]);
  }

  /** The active copies whose time ended before or at a moment and that were not deferred, the longest ended first. */
  expired(subscription: number, untilMs: number, { countMax, skip }: { countMax: number; skip: number }): Copy[] {
    return this.db
      .prepare<CopyColumns>(
        `SELECT ${COPY_COLUMNS} WHERE subscription = ? AND expires_at <= ? AND deferred = 0 ORDER BY expires_at, sequence LIMIT ? OFFSET ?`,
      )
      .all(subscription, untilMs, countMax, skip)
      .map(copyOf);
  }

  /** When the first copy expires that does so after a moment; undefined when none does. */
  nextExpiryMs(subscription: number, afterMs: number): number | undefined {
    const first = this.db.prepare<{ atMs: number | null }>(
      'SELECT min(expires_at) AS atMs FROM copies WHERE subscription = ? AND expires_at > ?',
    );
    return first.get(subscription, afterMs)?.atMs ?? undefined;
  }

  /** Lets the active copies of a subscription live no longer than so many milliseconds from when they were taken in. */
  limitLife(subscription: number, ttlMs: number): void {
    const end = `(SELECT enqueued_at FROM messages WHERE id = message) + ?2`;
    this.db
      .prepare(
        `UPDATE copies SET expires_at = ${end} WHERE subscription = ?1 AND dead = 0 AND (expires_at IS NULL OR expires_at > ${end})`,
      )
      .run(subscription, ttlMs);
  }

  private select({ subscriptionId, part, sessionId }: CopyScope, condition: string, last: readonly number[]): Copy[] {
    // Spelled so that the rows that are set aside are found by their index, and the others by their key.
    const place = part === PART.active ? 'dead = 0' : `dead <> 0 AND dead = ${part}`;
    const session = sessionId === undefined ? '' : ' AND session = ?';
    return this.db
      .prepare<CopyColumns>(
        `SELECT ${COPY_COLUMNS} WHERE subscription = ? AND ${place}${session} AND ${condition} ORDER BY sequence LIMIT ?`,
      )
      .all(subscriptionId, ...(sessionId === undefined ? [] : [sessionId]), ...last)
      .map(copyOf);
  }
}

/** Dead letters neither expire nor belong to a session. */
function activeOnly({ sessionId, expiresAtMs }: Copy, part: QueuePart) {
  return part === PART.active ? { session: sessionId, expiry: expiresAtMs } : { session: null, expiry: null };
}
