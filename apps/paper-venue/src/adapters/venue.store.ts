import { Decimal, decimalText } from '@ballast/money';
import type { Books, Changes } from '../domain/books.js';
import type { Execution } from '../domain/execution.js';
import { isOpen, type Order } from '../domain/order.js';
import type { Tick } from '../domain/tick.js';
import { decodeExecution, decodeOrder, encode } from './rows.js';
import { Sqlite, type SqlValue } from './sqlite.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS positions (symbol TEXT PRIMARY KEY, quantity TEXT NOT NULL, cost TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS scripted (symbol TEXT PRIMARY KEY, bid TEXT NOT NULL, ask TEXT NOT NULL, volume TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, client_order_id TEXT NOT NULL UNIQUE, symbol TEXT NOT NULL, side TEXT NOT NULL,
    is_open INTEGER NOT NULL, created_at TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS orders_by_time ON orders (is_open, created_at);
  CREATE INDEX IF NOT EXISTS orders_by_parent ON orders (body ->> '$.parentId') WHERE body ->> '$.parentId' IS NOT NULL;
  CREATE TABLE IF NOT EXISTS executions (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, order_id TEXT NOT NULL, at TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL);
`;

/** Which orders a list asks for; moments are exclusive. */
export interface OrderQuery {
  status: 'open' | 'closed' | 'all';
  after: string | undefined;
  until: string | undefined;
  ascending: boolean;
  symbols: readonly string[];
  side: string | undefined;
  limit: number;
}

/** Which executions a list asks for; moments are exclusive, `beyond` is the id of the last execution already seen. */
export interface ExecutionQuery {
  after: string | undefined;
  until: string | undefined;
  ascending: boolean;
  beyond: string | undefined;
  limit: number;
}

/** The venue's books on disk. */
export class VenueStore {
  private readonly sqlite: Sqlite;

  constructor(file: string) {
    this.sqlite = new Sqlite(file, SCHEMA);
  }

  /** The books as they were last committed, with `initialCash` when there are none yet. */
  load(initialCash: Decimal): Books {
    const cash = new Decimal(this.fact('cash', () => decimalText(initialCash)));
    const positions = this.sqlite
      .all<{ symbol: string; quantity: string; cost: string }>('SELECT symbol, quantity, cost FROM positions')
      .map(({ symbol, quantity, cost }) => ({ symbol, quantity: new Decimal(quantity), cost: new Decimal(cost) }));
    const open = this.sqlite
      .all<{ body: string }>('SELECT body FROM orders WHERE is_open = 1 ORDER BY created_at')
      .map(({ body }) => decodeOrder(body));
    const ticks = this.sqlite
      .all<Record<'symbol' | 'bid' | 'ask' | 'volume', string>>('SELECT symbol, bid, ask, volume FROM scripted')
      .map((row): Tick => ({
        symbol: row.symbol,
        bid: new Decimal(row.bid),
        ask: new Decimal(row.ask),
        volume: new Decimal(row.volume),
        atMs: undefined,
      }));
    return {
      cash,
      positions: new Map(positions.map((position) => [position.symbol, position])),
      open: new Map(open.map((order) => [order.id, order])),
      ticks: new Map(ticks.map((tick) => [tick.symbol, tick])),
    };
  }

  /** A named fact, made and kept at its first reading. */
  fact(name: string, initial: () => string): string {
    const known = this.sqlite.first<{ value: string }>('SELECT value FROM facts WHERE name = ?', [name]);
    if (known) return known.value;
    const value = initial();
    this.writeFact(name, value);
    return value;
  }

  /** Keeps all of a turn's changes or, when it throws, none. */
  commit(changes: Changes): void {
    this.sqlite.transaction(() => {
      changes.orders.forEach((order) => this.writeOrder(order));
      changes.executions.forEach((execution) => this.writeExecution(execution));
      if (changes.executions.length > 0) this.writeFact('cash', decimalText(changes.cash));
      for (const { symbol, quantity, cost } of changes.positions) {
        const values = [symbol, decimalText(quantity), decimalText(cost)];
        this.sqlite.run('INSERT OR REPLACE INTO positions (symbol, quantity, cost) VALUES (?, ?, ?)', values);
      }
      if (changes.tick && changes.tick.atMs === undefined) this.writeScripted(changes.tick);
    });
  }

  /** Remembers a scripted price, so that it stands after a restart too. */
  writeScripted(tick: Tick): void {
    this.sqlite.run('INSERT OR REPLACE INTO scripted (symbol, bid, ask, volume) VALUES (?, ?, ?, ?)', [
      tick.symbol,
      decimalText(tick.bid),
      decimalText(tick.ask),
      decimalText(tick.volume),
    ]);
  }

  /** Forgets every scripted price. */
  clearScripted(): void {
    this.sqlite.run('DELETE FROM scripted');
  }

  order(id: string): Order | undefined {
    return this.orderWhere('id = ?', id);
  }

  orderOfClient(clientOrderId: string): Order | undefined {
    return this.orderWhere('client_order_id = ?', clientOrderId);
  }

  /** The legs of an order, oldest first. */
  legsOf(id: string): Order[] {
    const sql = "SELECT body FROM orders WHERE body ->> '$.parentId' = ? ORDER BY created_at";
    return this.sqlite.all<{ body: string }>(sql, [id]).map(({ body }) => decodeOrder(body));
  }

  /** Orders by the moment they were taken in. */
  orders(query: OrderQuery): Order[] {
    const where = ['1 = 1'];
    const values: SqlValue[] = [];
    const also = (condition: string, ...bound: SqlValue[]): void => {
      where.push(condition);
      values.push(...bound);
    };
    if (query.status !== 'all') also('is_open = ?', query.status === 'open' ? 1 : 0);
    if (query.after !== undefined) also('created_at > ?', query.after);
    if (query.until !== undefined) also('created_at < ?', query.until);
    if (query.side !== undefined) also('side = ?', query.side);
    if (query.symbols.length > 0) also(`symbol IN (${query.symbols.map(() => '?').join(', ')})`, ...query.symbols);
    const order = query.ascending ? 'ASC' : 'DESC';
    const sql = `SELECT body FROM orders WHERE ${where.join(' AND ')} ORDER BY created_at ${order} LIMIT ?`;
    return this.sqlite.all<{ body: string }>(sql, [...values, query.limit]).map(({ body }) => decodeOrder(body));
  }

  /** Executions by the moment they happened, oldest first when ascending. */
  executions(query: ExecutionQuery): Execution[] {
    const where = ['1 = 1'];
    const values: SqlValue[] = [];
    const also = (condition: string, bound: SqlValue): void => {
      where.push(condition);
      values.push(bound);
    };
    if (query.after !== undefined) also('at > ?', query.after);
    if (query.until !== undefined) also('at < ?', query.until);
    if (query.beyond !== undefined) {
      also(`sequence ${query.ascending ? '>' : '<'} (SELECT sequence FROM executions WHERE id = ?)`, query.beyond);
    }
    const order = query.ascending ? 'ASC' : 'DESC';
    const sql = `SELECT body FROM executions WHERE ${where.join(' AND ')} ORDER BY sequence ${order} LIMIT ?`;
    return this.sqlite.all<{ body: string }>(sql, [...values, query.limit]).map(({ body }) => decodeExecution(body));
  }

  /** Every execution there ever was, oldest first. */
  allExecutions(): Execution[] {
    const sql = 'SELECT body FROM executions ORDER BY sequence';
    return this.sqlite.all<{ body: string }>(sql).map(({ body }) => decodeExecution(body));
  }

  /** The latest moment that was ever given out, or undefined. */
  lastMoment(): string | undefined {
    const moments = this.sqlite.all<{ at: string | null }>(
      "SELECT max(created_at) AS at FROM orders UNION ALL SELECT max(at) FROM executions UNION ALL SELECT max(body ->> '$.updatedAt') FROM orders",
    );
    return moments
      .flatMap(({ at }) => at ?? [])
      .sort()
      .at(-1);
  }

  close(): void {
    this.sqlite.close();
  }

  private writeOrder(order: Order): void {
    const open = isOpen(order) ? 1 : 0;
    this.sqlite.run(
      `INSERT INTO orders (id, client_order_id, symbol, side, is_open, created_at, body) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET is_open = excluded.is_open, body = excluded.body`,
      [order.id, order.clientOrderId, order.symbol, order.side, open, order.createdAt, encode(order)],
    );
  }

  private writeExecution(execution: Execution): void {
    this.sqlite.run('INSERT INTO executions (id, order_id, at, body) VALUES (?, ?, ?, ?)', [
      execution.id,
      execution.orderId,
      execution.at,
      encode(execution),
    ]);
  }

  private writeFact(name: string, value: string): void {
    this.sqlite.run('INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)', [name, value]);
  }

  private orderWhere(condition: string, value: string): Order | undefined {
    const row = this.sqlite.first<{ body: string }>(`SELECT body FROM orders WHERE ${condition}`, [value]);
    return row && decodeOrder(row.body);
  }
}
