import { close, fdatasync, openSync } from 'node:fs';
import Database from 'libsql';

/** What a column may hold. Integers beyond 2^53 are rounded when read; keep them as text. */
export type SqlValue = string | number | bigint | null | Uint8Array;

/** A prepared statement; parameters are positional. */
export interface SqlStatement<Row> {
  run(...params: SqlValue[]): { changes: number; lastInsertRowid: number };
  get(...params: SqlValue[]): Row | undefined;
  all(...params: SqlValue[]): Row[];
}

/** The pages of a file at most, as SQLite has it; a smaller limit than a file has is taken as what it has. */
const PAGES_MAX = 4_294_967_294;
/** Statements that are about the transaction, not about what is in it. */
const STEERS = /^(?:SAVEPOINT|RELEASE|ROLLBACK) /;
/** Prepared statements kept at most; the oldest goes first. */
const STATEMENTS_MAX = 1_000;

/** Pages of 4 KB in the write-ahead log at which what it holds is moved into the file itself, while everything waits. */
const LOG_PAGES_MAX = 4_000;

/** A statement that changed rows, and what was bound to it. */
export type SqlChange = readonly [sql: string, params: readonly SqlValue[]];

/** What was changed while it was taken down. */
export interface Recording {
  readonly changes: SqlChange[];
  /** Whether the changes are all that was done: tables and indexes were left as they are. */
  isComplete: boolean;
}

const CACHE_KB = 2_000;

/** How a file is written. */
export interface SqliteOptions {
  /** WAL unless given. */
  readonly journal?: 'WAL' | 'DELETE';
  /**
   * When what was committed is on disk: as soon as COMMIT returns, which keeps the process waiting (the default), or once
   * `flush` has resolved. A commit that is not on disk may be lost in a power cut, never a part of it.
   */
  readonly onDisk?: 'with COMMIT' | 'with flush';
  /** What is kept in memory of the file at most, in KB; 2 000 unless given. */
  readonly cacheKb?: number;
}

/** One SQLite file. What was committed survives the end of the process at once, and a power cut once it is on disk. */
export class Sqlite {
  private readonly db: Database.Database;
  private readonly statements = new Map<string, SqlStatement<unknown>>();
  private log: number | undefined;
  private flushed: Promise<unknown> = Promise.resolve();
  private recording: Recording | undefined;

  constructor(
    private readonly file: string,
    private readonly options: SqliteOptions = {},
  ) {
    const { journal = 'WAL', onDisk = 'with COMMIT', cacheKb = CACHE_KB } = options;
    this.db = new Database(file);
    try {
      // NORMAL leaves out the flush of the write-ahead log after each commit, and no other.
      const synchronous = onDisk === 'with COMMIT' ? 'FULL' : 'NORMAL';
      this.db.exec(`PRAGMA journal_mode = ${journal}; PRAGMA synchronous = ${synchronous}`);
      this.db.exec(`PRAGMA cache_size = -${cacheKb}`);
      this.db.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES_MAX}`);
    } catch (error) {
      this.db.close();
      throw error;
    }
  }

  /** Runs statements without parameters. */
  exec(sql: string): void {
    if (this.recording !== undefined) this.recording.isComplete = false;
    this.db.exec(sql);
  }

  /** Whether a transaction is open; a failure like a full disk ends it, and what is run then stands for itself. */
  get inTransaction(): boolean {
    return this.db.inTransaction;
  }

  /** Prepares a statement, or gives back the one prepared from the same text before. */
  prepare<Row = Record<string, unknown>>(sql: string): SqlStatement<Row> {
    const known = this.statements.get(sql);
    if (known !== undefined) return known as SqlStatement<Row>;
    const note = STEERS.test(sql) ? undefined : (params: SqlValue[]) => this.recording?.changes.push([sql, params]);
    const prepared = new PreparedStatement<Row>(this.db.prepare(sql), note);
    if (this.statements.size >= STATEMENTS_MAX) this.statements.delete(this.statements.keys().next().value!);
    this.statements.set(sql, prepared);
    return prepared;
  }

  /** Takes down from now on what is changed. */
  record(): Recording {
    return (this.recording = { changes: [], isComplete: true });
  }

  /** Takes down no more, and gives what was taken down. */
  stopRecording(): Recording | undefined {
    const { recording } = this;
    this.recording = undefined;
    return recording;
  }

  /** Lets the file grow no more, as on a full disk, or as far as it can. */
  holdSize(isHeld: boolean): void {
    this.db.prepare(`PRAGMA max_page_count = ${isHeld ? 1 : PAGES_MAX}`).get();
  }

  /**
   * Resolves when all that was committed so far is on disk; undefined where it is already. Once it has rejected, nobody can tell what is on
   * disk: the file must not be used any more.
   */
  flush(): Promise<void> | undefined {
    if (this.options.onDisk !== 'with flush') return undefined;
    const flush = new Promise<void>((resolve, reject) => {
      this.log ??= openSync(`${this.file}-wal`, 'r+');
      fdatasync(this.log, (error) => (error ? reject(error) : resolve()));
    });
    this.flushed = Promise.allSettled([this.flushed, flush]);
    return flush;
  }

  /** Closes the file; no statement prepared from it may be used afterwards. */
  close(): void {
    this.statements.clear();
    this.db.close();
    const { log } = this;
    if (log !== undefined) void this.flushed.then(() => close(log));
    this.log = undefined;
  }
}

/** Whether something could not be done because another connection has the file. */
export function isInUse(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'SQLITE_BUSY';
}

/** Whether something could not be written because the disk, or the file, is full. */
export function isStorageFull(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'SQLITE_FULL';
}

/** Rows are read raw, because the library adds a property of its own to a row it makes itself. */
class PreparedStatement<Row> implements SqlStatement<Row> {
  private readonly columns: readonly string[];

  constructor(
    private readonly statement: Database.Statement,
    private readonly note: ((params: SqlValue[]) => void) | undefined,
  ) {
    this.columns = statement.reader ? statement.columns().map((column) => column.name) : [];
    if (statement.reader) statement.raw(true);
  }

  run(...params: SqlValue[]): { changes: number; lastInsertRowid: number } {
    const { changes, lastInsertRowid } = this.statement.run(params.map(bindable));
    this.note?.(params);
    return { changes, lastInsertRowid: Number(lastInsertRowid) };
  }

  get(...params: SqlValue[]): Row | undefined {
    const values = this.statement.get(params.map(bindable)) as unknown[] | undefined;
    return values === undefined ? undefined : this.row(values);
  }

  all(...params: SqlValue[]): Row[] {
    const rows = this.statement.all(params.map(bindable)) as unknown[][];
    return rows.map((values) => this.row(values));
  }

  private row(values: unknown[]): Row {
    const row: Record<string, unknown> = {};
    this.columns.forEach((name, index) => {
      const value = values[index];
      row[name] = value instanceof ArrayBuffer ? Buffer.from(value) : value;
    });
    return row as Row;
  }
}

/** Integers are bound as integers (the library would bind them as floats); what would abort the process throws. */
function bindable(value: SqlValue): string | number | bigint | null | Buffer {
  switch (typeof value) {
    case 'string':
      if (value.includes('\0')) throw new RangeError('A text with a NUL character would be cut off when it is read.');
      return value;
    case 'number':
      if (Number.isNaN(value)) throw new TypeError('NaN cannot be bound.');
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
    case 'bigint':
      if (BigInt.asIntN(64, value) !== value) throw new RangeError(`${value} does not fit a 64-bit integer.`);
      return value;
    default:
      if (value === null) return null;
      if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      throw new TypeError(`A ${typeof value} cannot be bound.`);
  }
}
