import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import rhea from 'rhea';
import { Sqlite } from '../storage/sqlite.js';
import { Usage } from '../usage.js';
import { ROOT_KEY_NAME, ServiceBusServer, type ServiceBusServerOptions } from './service-bus-server.js';

/** As the first version made them. */
const FIRST_LAYOUT = `
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE entities (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE messages (
  id INTEGER PRIMARY KEY, enqueued_at INTEGER NOT NULL, expires_at INTEGER, durable INTEGER, priority INTEGER,
  ttl INTEGER, annotations BLOB, annotations_count INTEGER NOT NULL, bare BLOB NOT NULL);
CREATE TABLE copies (
  subscription INTEGER NOT NULL, sequence INTEGER NOT NULL, message INTEGER NOT NULL, dead INTEGER NOT NULL,
  delivery_count INTEGER NOT NULL, application_properties BLOB, PRIMARY KEY (subscription, sequence)) WITHOUT ROWID;
CREATE TABLE recent_message_ids (
  id INTEGER PRIMARY KEY, topic INTEGER NOT NULL, message_id TEXT NOT NULL, sent_at INTEGER NOT NULL);
CREATE INDEX recent_message_ids_by_time ON recent_message_ids (sent_at);
`;
const KEY = Buffer.from('a key for tests').toString('base64');

/** A message on disk and who has a copy of it. */
export interface OlderMessage {
  readonly id: number;
  readonly sessionId?: string;
  readonly expiresAtMs?: number;
  readonly copies: readonly { subscription: number; dead?: boolean; deliveryCount?: number }[];
}

/** A file of an earlier version, filled without a server, and the servers that are started over it; for tests. */
export class BacklogFixture {
  private readonly folder = mkdtempSync(join(tmpdir(), 'service-bus-'));
  readonly file = join(this.folder, 'service-bus.db');
  private server!: ServiceBusServer;
  client!: ServiceBusClient;

  constructor() {
    this.write((db) => db.exec(FIRST_LAYOUT));
  }

  /** The ids of the paths are their places, from 1 on. */
  fill(paths: readonly string[], messages: Iterable<OlderMessage>): void {
    this.write((db) => {
      paths.forEach((path, index) => db.prepare('INSERT INTO entities VALUES (?, ?)').run(index + 1, path));
      for (const message of messages) insert(db, message);
      db.exec("INSERT INTO counters VALUES ('sequence', 1000000)");
    });
  }

  /** How many rows of a table are on disk. */
  count(table: 'messages' | 'copies'): number {
    const db = new Sqlite(this.file, { journal: 'DELETE' });
    const { count } = db.prepare<{ count: number }>(`SELECT count(*) AS count FROM ${table}`).get()!;
    db.close();
    return count;
  }

  async start(entities: Pick<ServiceBusServerOptions, 'topics' | 'queues'>): Promise<void> {
    const at = { file: this.file, host: '127.0.0.1', port: 0, lockDurationMs: 60_000 };
    this.server = await ServiceBusServer.start({ ...entities, ...at, sharedAccessKey: KEY, usage: new Usage() });
    this.client = new ServiceBusClient(
      `Endpoint=sb://127.0.0.1:${this.server.port};SharedAccessKeyName=${ROOT_KEY_NAME};SharedAccessKey=${KEY};UseDevelopmentEmulator=true`,
    );
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.server.close();
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true });
  }

  private write(work: (db: Sqlite) => void): void {
    const db = new Sqlite(this.file, { journal: 'DELETE' });
    db.exec('BEGIN');
    work(db);
    db.exec('COMMIT');
    db.close();
  }
}

function insert(db: Sqlite, { id, sessionId, expiresAtMs, copies }: OlderMessage): void {
  const message = { message_id: `m${id}`, body: id, ...(sessionId === undefined ? {} : { group_id: sessionId }) };
  const bare = rhea.message.encode(message) as unknown as Buffer;
  db.prepare('INSERT INTO messages VALUES (?, ?, ?, NULL, NULL, NULL, NULL, 0, ?)').run(
    id,
    Date.now(),
    expiresAtMs ?? null,
    bare,
  );
  for (const { subscription, dead = false, deliveryCount = 0 } of copies) {
    db.prepare('INSERT INTO copies VALUES (?, ?, ?, ?, ?, NULL)').run(
      subscription,
      id,
      id,
      Number(dead),
      deliveryCount,
    );
  }
}
