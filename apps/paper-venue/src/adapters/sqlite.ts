import Database from 'libsql';

/** What may be bound to a statement: the driver loses or refuses anything else. */
export type SqlValue = string | number | null;

/** One durable database file: a write-ahead log, and every commit on the disk before it returns. */
export class Sqlite {
  private readonly database: Database.Database;
  private readonly statements = new Map<string, Database.Statement>();

  constructor(file: string, schema: string) {
    this.database = new Database(file);
    this.database.pragma('journal_mode = WAL');
    this.database.pragma('synchronous = FULL');
    this.database.exec(schema);
  }

  /** Every row of a query. */
  all<Row>(sql: string, values: readonly SqlValue[] = []): Row[] {
    return this.prepared(sql).all([...values]) as Row[];
  }

  /** The first row of a query, or undefined. */
  first<Row>(sql: string, values: readonly SqlValue[] = []): Row | undefined {
    return this.all<Row>(sql, values)[0];
  }

  /** Runs a statement that answers no rows. */
  run(sql: string, values: readonly SqlValue[] = []): void {
    this.prepared(sql).run([...values]);
  }

  /** Runs `work` so that all of it is kept or, when it throws, none. */
  transaction(work: () => void): void {
    this.database.transaction(work).immediate();
  }

  close(): void {
    this.statements.clear();
    this.database.close();
  }

  private prepared(sql: string): Database.Statement {
    const known = this.statements.get(sql) ?? this.database.prepare(sql);
    this.statements.set(sql, known);
    return known;
  }
}
