import { CommitPace, GATHERING_MS_MAX } from './commit-pace.js';
import type { Sqlite } from './sqlite.js';
import { PlainTransactions, type Transactions } from './transactions.js';

/** Pieces of work in one transaction at most, so that the first of them is not kept waiting. */
const WORK_PER_TRANSACTION_MAX = 1_000;

/**
 * What happens to the writes of work that throws: they are undone, alone, at the price of a savepoint; or there are none, because
 * all that can be refused is refused before the first write. Where the file failed in between, the whole transaction is undone.
 */
export type WhenRefused = 'undo' | 'nothing was written';

/** Thrown by work that failed between its writes although it had promised not to: the whole transaction is undone. */
export class HalfWritten extends Error {
  /** That of the reason, if it has one. */
  readonly code: unknown;

  constructor(reason: unknown) {
    super(reason instanceof Error ? reason.message : String(reason), { cause: reason });
    this.name = 'HalfWritten';
    this.code = (reason as { code?: unknown } | undefined)?.code;
  }
}

interface Pending {
  readonly run: () => unknown;
  readonly whenRefused: WhenRefused;
  readonly visible: ((value: never) => void) | undefined;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
}

/** Work that was done in a transaction, or undone, and who is to be told when. */
interface Performed {
  readonly visible: () => void;
  readonly settle: () => void;
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

/**
 * Gathers the writes of one turn of the event loop, and of the time that the transaction before took to be on disk, into one
 * transaction, so that they share one fsync; while they come faster than that, for a little longer.
 */
export class GroupCommit {
  private queue: Pending[] = [];
  private scheduled = false;
  private flushing: Promise<void> | undefined;
  private failure: Error | undefined;
  private readonly pace: CommitPace;
  private gathering: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: Sqlite,
    private readonly listener?: CommitListener,
    private readonly transactions: Transactions = new PlainTransactions(db),
    writers: () => number = () => 1,
  ) {
    this.pace = new CommitPace(writers);
  }

  /**
   * Runs `work` inside the next transaction, in the order of submission; resolves with its value after the transaction is on
   * disk; rejects with what `work` threw (only its own effects are undone), or with the reason why the transaction could not be committed. After a transaction that may or may not be on disk, everything is rejected.
   * `visible` gets the value as soon as the file reads as written, before anybody can read from it.
   */
  submit<T>(work: () => T, whenRefused: WhenRefused = 'undo', visible?: (value: T) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.queue.push({ run: work, whenRefused, visible, resolve, reject });
      this.schedule();
    });
  }

  /** Resolves when everything submitted so far is on disk or was rejected. */
  async flush(): Promise<void> {
    while (this.queue.length > 0 || this.flushing !== undefined) {
      if (this.flushing === undefined) this.commitNext();
      await this.flushing;
    }
  }

  /**
   * Resolves when what can be read now is on disk; undefined where it is already. Who tells what was read before that could tell what a
   * power cut makes undone. Rejects when it never will be.
   */
  whenReadable(): Promise<void> | undefined {
    const failure = this.failure ?? this.transactions.failure;
    return failure === undefined ? this.flushing?.then(() => this.requireSound()) : Promise.reject(failure);
  }

  private schedule(): void {
    if (this.scheduled || this.flushing !== undefined) return;
    if (!this.pace.isEnough(this.queue.length)) return this.gather();
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (this.queue.length === 0 || this.flushing !== undefined) return;
      this.commitNext();
      if (this.queue.length > 0) this.schedule();
    });
  }

  /** Lets work wait for company, for a time. */
  private gather(): void {
    this.gathering ??= setTimeout(() => {
      this.pace.endedWaiting(this.queue.length);
      this.commitNext();
    }, GATHERING_MS_MAX);
  }

  private commitNext(): void {
    clearTimeout(this.gathering);
    this.gathering = undefined;
    const group = this.queue.splice(0, WORK_PER_TRANSACTION_MAX);
    const performed: Performed[] = [];
    const rejectAll = (error: unknown): void => group.forEach(({ reject }) => reject(error));
    try {
      this.requireSound();
      this.transactions.begin();
      for (const pending of group) performed.push(this.perform(pending));
      this.listener?.beforeCommit();
      this.transactions.commit();
    } catch (error) {
      this.transactions.rollBack();
      this.listener?.undone();
      rejectAll(error);
      return;
    }
    for (const { visible } of performed) visible();
    const settleAll = (): void => {
      this.listener?.committed();
      for (const { settle } of performed) settle();
    };
    const flushed = this.transactions.flush();
    if (flushed === undefined) {
      this.pace.flushed(group.length - 1);
      return settleAll();
    }
    this.flushing = flushed
      .then(settleAll, (error: Error) => rejectAll((this.failure = error)))
      .finally(() => {
        this.flushing = undefined;
        this.pace.flushed(group.length - 1 + this.queue.length);
        if (this.queue.length > 0) this.schedule();
      });
  }

  private requireSound(): void {
    const failure = this.failure ?? this.transactions.failure;
    if (failure !== undefined) throw failure;
  }

  private perform({ run, whenRefused, visible, resolve, reject }: Pending): Performed {
    const undoes = whenRefused === 'undo';
    if (undoes) this.transactions.savepoint();
    try {
      const value = run();
      if (undoes) this.transactions.release();
      return { visible: () => visible?.(value as never), settle: () => resolve(value as never) };
    } catch (error) {
      if (undoes) this.undoWork(error);
      else if (!isRefusal(error) || !this.db.inTransaction) throw error;
      return { visible: () => undefined, settle: () => reject(error) };
    }
  }

  /** Where SQLite gave the whole transaction up, as when the disk is full, that is why nothing can be committed. */
  private undoWork(why: unknown): void {
    try {
      this.transactions.undo();
    } catch {
      throw why;
    }
    this.listener?.undone();
  }
}

/** Whether it was the work that threw, or a rule of a table, rather than the file that failed halfway. */
function isRefusal(error: unknown): boolean {
  if (error instanceof HalfWritten) return false;
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code !== 'string' || !code.startsWith('SQLITE_') || code.startsWith('SQLITE_CONSTRAINT');
}
