import type { Sqlite } from './sqlite.js';

/** Pieces of work in one transaction at most, so that the first of them is not kept waiting. */
const WORK_PER_TRANSACTION_MAX = 1_000;

interface Pending {
  readonly run: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
}

/** Somebody who writes once per transaction what many pieces of work have changed. */
export interface CommitListener {
  /** Called inside the transaction, after all its work. */
  beforeCommit(): void;
  /** Called when the transaction is on disk, before its work is answered. */
  committed(): void;
  /** Called when work, or the whole transaction, was undone. */
  undone(): void;
}

/** Gathers the writes of one turn of the event loop into one transaction, so that they share one fsync. */
export class GroupCommit {
  private queue: Pending[] = [];
  private scheduled = false;

  constructor(
    private readonly db: Sqlite,
    private readonly listener?: CommitListener,
  ) {}

  /**
   * Runs `work` inside the next transaction, each in its own savepoint, in the order of submission; resolves with its
   * value after the transaction is on disk; rejects with what `work` threw (only its own effects are undone), or with
   * the reason why the transaction could not be committed.
   */
  submit<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.queue.push({ run: work, resolve, reject });
      this.schedule();
    });
  }

  /** Resolves when everything submitted so far is on disk or was rejected. */
  async flush(): Promise<void> {
    while (this.queue.length > 0) this.commitNext();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (this.queue.length === 0) return;
      this.commitNext();
      if (this.queue.length > 0) this.schedule();
    });
  }

  private commitNext(): void {
    const group = this.queue.splice(0, WORK_PER_TRANSACTION_MAX);
    const settle: (() => void)[] = [];
    try {
      this.db.prepare('BEGIN IMMEDIATE').run();
      for (const pending of group) settle.push(this.perform(pending));
      this.listener?.beforeCommit();
      this.db.prepare('COMMIT').run();
      this.listener?.committed();
    } catch (error) {
      this.rollBack();
      this.listener?.undone();
      for (const pending of group) pending.reject(error);
      return;
    }
    for (const done of settle) done();
  }

  private perform({ run, resolve, reject }: Pending): () => void {
    this.db.prepare('SAVEPOINT work').run();
    try {
      const value = run();
      this.db.prepare('RELEASE work').run();
      return () => resolve(value as never);
    } catch (error) {
      this.undoWork(error);
      return () => reject(error);
    }
  }

  /** Where SQLite gave the whole transaction up, as when the disk is full, that is why nothing can be committed. */
  private undoWork(why: unknown): void {
    try {
      this.db.prepare('ROLLBACK TO work').run();
      this.db.prepare('RELEASE work').run();
    } catch {
      throw why;
    }
    this.listener?.undone();
  }

  private rollBack(): void {
    try {
      this.db.prepare('ROLLBACK').run();
    } catch {
      // SQLite has already rolled back by itself; there is nothing left to undo.
    }
  }
}
