import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = process.cwd();

/** Programs of this folder that run as processes of their own, and a folder for them and their files; for tests. */
export class BundledProcesses {
  private readonly folder: string;
  private readonly running = new Set<ChildProcess>();

  constructor() {
    mkdirSync(join(ROOT, 'tmp'), { recursive: true });
    // In the repository, so that the programs find their packages.
    this.folder = mkdtempSync(join(ROOT, 'tmp', 'service-bus-'));
  }

  /** A path of the folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Bundles a program, since what it imports is TypeScript, and gives its path. */
  bundle(name: string, source: string): string {
    const outfile = this.path(`${name}.mjs`);
    buildSync({
      stdin: { contents: source, resolveDir: __dirname, loader: 'ts' },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      tsconfig: join(ROOT, 'tsconfig.base.json'),
      logLevel: 'error',
    });
    return outfile;
  }

  /** Starts a program with a message to it, and resolves with its own first one; rejects when it ends before. */
  async start<T>(program: string, order: object, env = process.env): Promise<{ child: ChildProcess; first: T }> {
    const child = fork(program, { env });
    this.running.add(child);
    child.once('exit', () => this.running.delete(child));
    const first = nextMessage<T>(child);
    child.send(order);
    return { child, first: await first };
  }

  /** Ends a process as a crash does, without a word, and resolves when it is gone. */
  async kill(child: ChildProcess): Promise<void> {
    if (!this.running.has(child)) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Kills what is still running and removes the folder. */
  async dispose(): Promise<void> {
    await Promise.all([...this.running].map((child) => this.kill(child)));
    rmSync(this.folder, { recursive: true });
  }
}

/** The next message of a process; rejects when it ends instead. */
export function nextMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`The process ended with ${code}.`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}
