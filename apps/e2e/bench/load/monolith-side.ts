import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { BenchProcess } from '../bench-process.js';
import type { Arrived } from './arrivals.js';
import { HttpPost } from './http-post.js';
import { TABLES } from './monolith-sql.js';
import { connectionTo, startPostgres } from './postgres.js';
import type { Postgres } from './postgres.js';
import type { Milestones, Side } from './stretch.js';

const PROFILES = 20;
const CENTS_EACH = 1_000_000_000_000;
const POLL_MS = 100;
/** Milliseconds after which an order that is not settled never will be. */
const SETTLED_MS_MAX = 30_000;

interface MonolithReady {
  readonly url: string;
}

interface Parts {
  readonly postgres: Postgres;
  readonly served: BenchProcess<MonolithReady>;
  readonly client: pg.Client;
  readonly databasePids: readonly number[];
  readonly http: HttpPost;
  readonly token: string;
}

/** A monolith over PostgreSQL, in a process of its own. */
export class MonolithSide implements Side {
  readonly name = 'monolith';

  private constructor(private readonly parts: Parts) {}

  static async open(script: string): Promise<MonolithSide> {
    const postgres = await startPostgres();
    const client = new pg.Client(connectionTo(postgres.socket));
    await client.connect();
    await client.query(TABLES);
    const profiles = Array.from({ length: PROFILES }, (_, index) => profileOf(index));
    const text = 'INSERT INTO accounts (profile_id, allocated) SELECT unnest($1::text[]), $2';
    await client.query(text, [profiles, CENTS_EACH]);
    const token = randomUUID();
    const served = await BenchProcess.start<MonolithReady>(script, 'monolith', { socket: postgres.socket, token });
    const http = new HttpPost(`${served.ready.url}/v1/orders`);
    const { rows } = await client.query<{ pid: number }>(
      'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
    );
    const databasePids = [postgres.pid, ...rows.map(({ pid }) => pid)];
    return new MonolithSide({ postgres, served, client, databasePids, http, token });
  }

  get version(): string {
    return this.parts.postgres.version;
  }

  /** Its token does not get old. */
  async prepare(): Promise<void> {
    await Promise.resolve();
  }

  async place(turn: number): Promise<string> {
    const body = { profileId: profileOf(turn % PROFILES), symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' };
    const headers = { authorization: `Bearer ${this.parts.token}`, 'idempotency-key': randomUUID() };
    return (await this.parts.http.send<{ orderId: string }>(202, body, headers)).orderId;
  }

  /** Its audit rows are written with what they are about. */
  async finished({ dueAtMs, sinceMs }: Arrived): Promise<void> {
    const giveUpAtMs = Date.now() + SETTLED_MS_MAX;
    while ((await this.settledSince(sinceMs)).length < dueAtMs.size && Date.now() < giveUpAtMs) await delay(POLL_MS);
  }

  async milestones({ sinceMs }: Arrived): Promise<ReadonlyMap<string, Milestones>> {
    return new Map(
      (await this.settledSince(sinceMs)).map(({ id, filled, settled }) => {
        const settledAtMs = settled.getTime();
        return [id, { filledAtMs: filled.getTime(), settledAtMs, auditedAtMs: settledAtMs }];
      }),
    );
  }

  processes(): readonly { readonly name: string; readonly pid: number }[] {
    const databases = this.parts.databasePids.map((pid) => ({ name: `postgres ${pid}`, pid }));
    return [{ name: 'monolith', pid: this.parts.served.child.pid ?? 0 }, ...databases];
  }

  async close(): Promise<void> {
    this.parts.http.close();
    await this.parts.client.end();
    await this.parts.served.end('SIGKILL');
    await this.parts.postgres.stop();
  }

  private async settledSince(sinceMs: number): Promise<readonly SettledOrder[]> {
    const { rows } = await this.parts.client.query<SettledOrder>(
      'SELECT id, filled_at AS filled, settled_at AS settled FROM orders WHERE created_at >= $1 AND settled_at IS NOT NULL',
      [new Date(sinceMs)],
    );
    return rows;
  }
}

interface SettledOrder {
  readonly id: string;
  readonly filled: Date;
  readonly settled: Date;
}

const profileOf = (index: number): string => `prf_${index}`;
