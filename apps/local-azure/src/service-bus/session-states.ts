import type { GroupCommit } from '../storage/group-commit.js';
import type { Sqlite } from '../storage/sqlite.js';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS session_states (
  subscription INTEGER NOT NULL, session TEXT NOT NULL, state BLOB NOT NULL, changed_at INTEGER NOT NULL,
  PRIMARY KEY (subscription, session)) WITHOUT ROWID`;

/** What receivers keep of a session between two of them; on disk, also when the session has no messages. */
export class SessionStates {
  constructor(
    private readonly db: Sqlite,
    private readonly commits: GroupCommit,
  ) {
    db.exec(SCHEMA);
  }

  /** Null when none is set. */
  get(subscription: number, sessionId: string): Uint8Array | null {
    const row = this.db
      .prepare<{ state: Uint8Array }>('SELECT state FROM session_states WHERE subscription = ? AND session = ?')
      .get(subscription, sessionId);
    return row?.state ?? null;
  }

  /** Resolves when it is on disk; null takes the state away. */
  async set(subscription: number, sessionId: string, state: Uint8Array | null): Promise<void> {
    await this.commits.submit(() => {
      if (state === null) {
        const statement = 'DELETE FROM session_states WHERE subscription = ? AND session = ?';
        this.db.prepare(statement).run(subscription, sessionId);
        return;
      }
      const statement = 'INSERT OR REPLACE INTO session_states VALUES (?, ?, ?, ?)';
      this.db.prepare(statement).run(subscription, sessionId, state, Date.now());
    });
  }

  /** The sessions whose state was set after a moment, by id. */
  changedAfter(subscription: number, afterMs: number): string[] {
    return this.db
      .prepare<{ session: string }>(
        'SELECT session FROM session_states WHERE subscription = ? AND changed_at > ? ORDER BY session',
      )
      .all(subscription, afterMs)
      .map(({ session }) => session);
  }
}
