import type { Sqlite } from './sqlite.js';

/** How the work of groups becomes part of a file: one group after the other, each whole or not at all. */
export interface Transactions {
  /** Why nobody can tell any more what the file holds; undefined while that is known. */
  readonly failure: Error | undefined;
  /** Begins a group. Throws when the file takes none. */
  begin(): void;
  /** From here on what is written can be taken back alone. */
  savepoint(): void;
  /** Keeps what was written since the savepoint. */
  release(): void;
  /** Takes back what was written since the savepoint. Throws when the file has given the whole group up. */
  undo(): void;
  /** Ends a group. Throws when it cannot be kept. */
  commit(): void;
  /** Takes back the group, and nothing else. */
  rollBack(): void;
  /** Resolves when the groups that ended are on disk; undefined where they are already. */
  flush(): Promise<void> | undefined;
}

/** Each group is a transaction of the file. */
export class PlainTransactions implements Transactions {
  readonly failure = undefined;

  constructor(private readonly db: Sqlite) {}

  begin(): void {
    this.db.prepare('BEGIN IMMEDIATE').run();
  }

  savepoint(): void {
    this.db.prepare('SAVEPOINT work').run();
  }

  release(): void {
    this.db.prepare('RELEASE work').run();
  }

  undo(): void {
    this.db.prepare('ROLLBACK TO work').run();
    this.release();
  }

  commit(): void {
    this.db.prepare('COMMIT').run();
  }

  rollBack(): void {
    try {
      this.db.prepare('ROLLBACK').run();
    } catch {
      // SQLite has already rolled back by itself; there is nothing left to undo.
    }
  }

  flush(): Promise<void> | undefined {
    return this.db.flush();
  }
}
