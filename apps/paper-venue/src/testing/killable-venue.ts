import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

/** An object of the venue's answers. */
export type Json = Record<string, string>;

const ROOT = process.cwd();

/** Builds the program as it is shipped, in a folder from which the packages can be found. */
export function buildVenue(): { program: string; remove(): void } {
  mkdirSync(join(ROOT, 'tmp'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, 'tmp', 'paper-venue-'));
  const program = join(folder, 'main.mjs');
  execFileSync(join(ROOT, 'node_modules', '.bin', 'esbuild'), [
    join(ROOT, 'apps/paper-venue/src/main.ts'),
    '--bundle',
    '--platform=node',
    '--format=esm',
    '--packages=external',
    '--log-level=error',
    `--tsconfig=${join(ROOT, 'tsconfig.base.json')}`,
    `--outfile=${program}`,
  ]);
  return { program, remove: () => rmSync(folder, { recursive: true }) };
}

/** A venue in a process of its own that can be killed and started again on the same data. */
export class KillableVenue {
  private readonly dataDir = mkdtempSync(join(tmpdir(), 'paper-venue-'));
  private child: ChildProcess | undefined;
  private url = '';

  constructor(
    private readonly program: string,
    private readonly initialCash: string,
  ) {}

  async launch(): Promise<void> {
    const child = spawn(
      process.execPath,
      ['--eval', `import(${JSON.stringify(this.program)}).then(({ main }) => main())`],
      {
        env: { PORT: '0', DATA_DIR: this.dataDir, CONTROL: 'true', INITIAL_CASH: this.initialCash },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    this.child = child;
    if (!child.stdout) throw new Error('no output to read the address from');
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    this.url = /http:\/\/\S+?(?=,)/.exec(line)?.[0] ?? '';
  }

  /** Ends the process and answers with its exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (!this.child) return null;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    const [code] = (await exited) as [number | null];
    this.child = undefined;
    return code;
  }

  async remove(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.dataDir, { recursive: true });
  }

  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const { keyId, secret } = this.keys();
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { 'apca-api-key-id': keyId, 'apca-api-secret-key': secret },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  }

  /** Every fill that the venue lists, oldest first. */
  async fills(): Promise<Json[]> {
    const fills: Json[] = [];
    for (let page: Json[] = [{}]; page.length > 0; fills.push(...page)) {
      const last = fills.at(-1)?.['id'];
      const token = last === undefined ? '' : `&page_token=${encodeURIComponent(last)}`;
      page = (await this.call('GET', `/v2/account/activities/FILL?direction=asc${token}`)) as Json[];
    }
    return fills;
  }

  /** The whole lines of the fill file. */
  fillFile(): Json[] {
    const path = join(this.dataDir, 'fills.ndjson');
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
    return lines.map((line) => JSON.parse(line) as Json);
  }

  /** Listens, and resolves `enough` when so many executions were announced. */
  async listen(count: number): Promise<{ announced: string[]; enough: Promise<void> }> {
    const { keyId, secret } = this.keys();
    const socket = new WebSocket(`${this.url.replace('http', 'ws')}/stream`);
    const announced: string[] = [];
    await once(socket, 'open');
    let listening = (): void => undefined;
    const ready = new Promise<void>((resolve) => (listening = resolve));
    const enough = new Promise<void>((resolve) => {
      socket.on('message', (raw) => {
        const { stream, data } = JSON.parse(String(raw)) as { stream: string; data: Json };
        if (stream === 'authorization')
          socket.send(JSON.stringify({ action: 'listen', data: { streams: ['trade_updates'] } }));
        if (stream === 'listening') listening();
        if (data['execution_id'] !== undefined && announced.push(data['execution_id']) === count) resolve();
      });
    });
    socket.on('error', () => socket.terminate());
    socket.send(JSON.stringify({ action: 'authenticate', data: { key_id: keyId, secret_key: secret } }));
    await ready;
    return { announced, enough };
  }

  private keys(): { keyId: string; secret: string } {
    return JSON.parse(readFileSync(join(this.dataDir, 'keys.json'), 'utf8')) as { keyId: string; secret: string };
  }
}
