import { randomInt } from 'node:crypto';
import { RedoJournal, type JournalRecord } from './redo-journal.js';
import { changesIn, textOf } from './redo-text.js';
import type { Recording, Sqlite } from './sqlite.js';
import type { Transactions } from './transactions.js';

/** Characters of the changes that one record may have; a longer group is flushed with the file itself. */
const RECORD_CHARACTERS_MAX = 1_000_000;
/** Characters of the changes, and time, after which what is in the journal is also committed to the file. */
const UNSAVED_CHARACTERS_MAX = 1_000_000;
const SAVE_AFTER_MS = 100;
const SALTS = 2 ** 32;

/**
 * Groups of which many share one transaction of the file: a group is on disk when the statements that it ran are in a journal, from
 * which they are run again after a crash. Committing each to the file, and flushing that, would write every page that was touched each time.
 * A group that changes tables, or is large, is committed to the file and flushed with it at once. When a half of the journal is full, what
 * it holds is committed, and the file flushed, while the other half is written; a group that finds both full waits for a flush.
 */
export class RedoTransactions implements Transactions {
  failure: Error | undefined;
  private readonly journal: RedoJournal;
  private recording: Recording | undefined;
  private mark = 0;
  /** What the groups since the last COMMIT have changed, as in the journal, should their transaction be lost. */
  private unsaved: string[] = [];
  private unsavedCharacters = 0;
  private isOpen = false;
  private timer: NodeJS.Timeout | undefined;
  /** The number of the last record. */
  private number: number;
  /** What the group that ended last needs to be on disk. */
  private needed: JournalRecord | 'flush of the file' | undefined;
  /** Whether all that the journal does not tell is on disk. */
  private isJournalOpen = false;
  /** Whether the file is being flushed so that the half of the journal that is not written is no longer needed. */
  private isFreeing = false;

  /** Brings into the file what only the journal `file` has. Throws when the two do not belong together. */
  constructor(
    private readonly db: Sqlite,
    file: string,
    private readonly saveAfterMs = SAVE_AFTER_MS,
  ) {
    db.exec('CREATE TABLE IF NOT EXISTS redo (salt INTEGER NOT NULL, done INTEGER NOT NULL)');
    db.exec(`INSERT INTO redo SELECT ${randomInt(SALTS)}, 0 WHERE NOT EXISTS (SELECT 1 FROM redo)`);
    const { salt, done } = db.prepare<{ salt: number; done: number }>('SELECT salt, done FROM redo').get()!;
    this.number = done;
    this.journal = new RedoJournal(file, salt);
    this.redo(this.journal.recordsAfter(done));
  }

  begin(): void {
    if (this.unsavedCharacters > UNSAVED_CHARACTERS_MAX) this.save();
    this.open();
    this.recording = this.db.record();
  }

  savepoint(): void {
    this.mark = this.recording!.changes.length;
    this.db.prepare('SAVEPOINT work').run();
  }

  release(): void {
    this.db.prepare('RELEASE work').run();
  }

  undo(): void {
    this.db.prepare('ROLLBACK TO work').run();
    this.recording!.changes.length = this.mark;
    this.release();
  }

  commit(): void {
    const { changes, isComplete } = this.db.stopRecording()!;
    this.needed = undefined;
    const text = isComplete ? textOf(changes) : undefined;
    if (text === undefined || text.length > RECORD_CHARACTERS_MAX || !this.hasRoom(text)) {
      this.save();
      this.needed = 'flush of the file';
    } else if (changes.length > 0) this.note({ number: this.number + 1, text });
  }

  rollBack(): void {
    this.db.stopRecording();
    this.abandon();
    try {
      if (this.unsaved.length > 0) this.open();
      for (const text of this.unsaved) this.run(text);
    } catch (error) {
      this.failure = error as Error;
    }
  }

  flush(): Promise<void> | undefined {
    const { needed } = this;
    if (needed !== 'flush of the file') return needed && this.journal.append(needed);
    return this.db.flush()!.then(() => {
      this.journal.restart();
      this.isJournalOpen = true;
    });
  }

  /** Commits to the file what is only in the journal, as far as there is room; nothing may be written afterwards. */
  close(): void {
    this.saveIfPossible();
    clearTimeout(this.timer);
    this.abandon();
    this.journal.close();
  }

  private open(): void {
    if (this.isOpen) return;
    this.db.prepare('BEGIN IMMEDIATE').run();
    this.isOpen = true;
    this.timer ??= setTimeout(() => this.saveIfPossible(), this.saveAfterMs).unref();
  }

  private hasRoom(text: string): boolean {
    if (!this.isJournalOpen) return false;
    return this.journal.fits(text) || (!this.isFreeing && this.journal.fitsAlone(text));
  }

  private note(record: JournalRecord): void {
    const { number, text } = record;
    if (this.journal.fits(text)) {
      this.unsaved.push(text);
      this.unsavedCharacters += text.length;
    } else {
      this.save(number);
      this.journal.turn();
      this.isFreeing = true;
      this.db.flush()!.then(
        () => (this.isFreeing = false),
        (error: Error) => (this.failure = error),
      );
    }
    this.number = number;
    this.needed = record;
  }

  /** Commits all that was done, up to the record of that number. */
  private save(number = this.number): void {
    if (!this.isOpen) return;
    this.db.prepare('UPDATE redo SET done = ?').run(number);
    this.db.prepare('COMMIT').run();
    this.isOpen = false;
    this.unsaved = [];
    this.unsavedCharacters = 0;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private abandon(): void {
    try {
      if (this.isOpen) this.db.prepare('ROLLBACK').run();
    } catch {
      // SQLite has already rolled back by itself; there is nothing left to undo.
    }
    this.isOpen = false;
  }

  /** What finds no room stays in the journal. */
  private saveIfPossible(): void {
    this.timer = undefined;
    if (this.failure !== undefined) return;
    try {
      this.save();
    } catch {
      this.rollBack();
    }
  }

  private redo(records: readonly JournalRecord[]): void {
    const [first] = records;
    if (first === undefined) return;
    if (first.number !== this.number + 1) throw new Error('The journal begins after the end of what its file holds.');
    this.open();
    for (const { number, text } of records) {
      this.run(text);
      this.number = number;
    }
    this.save();
  }

  private run(text: string): void {
    for (const [sql, params] of changesIn(text)) this.db.prepare(sql).run(...params);
  }
}
