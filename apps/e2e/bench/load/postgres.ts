import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** Where Debian keeps the versions of PostgreSQL, whose programs are not in the path. */
const VERSIONS = '/usr/lib/postgresql';
/** Who runs it where we are root, whom it refuses: the system's `nobody`. */
const NOBODY = 65_534;
const START_MS_MAX = 60_000;
const POLL_MS = 100;
const DATABASE = 'postgres';
const USER = 'ballast';

/** A PostgreSQL of the bench's own. */
export interface Postgres {
  readonly version: string;
  /** Folder of its socket; it listens nowhere else. */
  readonly socket: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** How to connect to it. */
export const connectionTo = (socket: string): pg.PoolConfig => ({ host: socket, user: USER, database: DATABASE });

function newestVersion(): string | undefined {
  const found = existsSync(VERSIONS) ? readdirSync(VERSIONS) : [];
  const usable = found.filter((version) => existsSync(join(VERSIONS, version, 'bin', 'initdb')));
  return usable.sort((one, other) => Number(other) - Number(one))[0];
}

/** Why there is no PostgreSQL to compare with; undefined when there is. */
export function whyNoPostgres(): string | undefined {
  const isThere = newestVersion() !== undefined;
  return isThere ? undefined : `there is no PostgreSQL in ${VERSIONS} (Debian: apt-get install postgresql)`;
}

/** Starts PostgreSQL on data of its own, every commit flushed to disk; throws when it does not answer within a minute. */
export async function startPostgres(): Promise<Postgres> {
  const version = newestVersion() ?? '';
  const bin = join(VERSIONS, version, 'bin');
  const folder = mkdtempSync(join(tmpdir(), 'ballast-pg-'));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  const as = { cwd: folder, ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}) };
  const data = join(folder, 'data');
  const made = spawnSync(join(bin, 'initdb'), ['-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8'], as);
  if (made.status !== 0) throw new Error(`initdb failed: ${String(made.stderr)}`);
  const settings = ['listen_addresses=', 'fsync=on', 'synchronous_commit=on', 'shared_buffers=256MB'];
  const arguments_ = ['-D', data, '-k', folder, ...settings.flatMap((setting) => ['-c', setting])];
  const server = spawn(join(bin, 'postgres'), arguments_, { ...as, stdio: 'ignore' });
  const onExit = (): void => void server.kill('SIGINT');
  process.once('exit', onExit);
  const stop = async (): Promise<void> => {
    process.off('exit', onExit);
    await end(server);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilAnswering(folder, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { version, socket: folder, pid: server.pid ?? 0, stop };
}

async function untilAnswering(socket: string, server: ChildProcess): Promise<void> {
  const giveUpAtMs = Date.now() + START_MS_MAX;
  for (;;) {
    const client = new pg.Client(connectionTo(socket));
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (Date.now() > giveUpAtMs || server.exitCode !== null) throw error;
      await delay(POLL_MS);
    }
  }
}

/** SIGINT is its fast way to stop. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, 'exit');
  server.kill('SIGINT');
  await gone;
}
