import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { ENDS_WITH_PARENT, STDIO_WITH_PARENT } from './ends-with-parent.js';
import type { UnexpectedEnd } from './supervisor.js';

/** How one process of the platform is run. */
export interface ProcessPlan {
  readonly name: string;
  /** The bundle, from the root of the repository. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  /** Answers 200 when the process is ready. */
  readonly readyUrl: string;
}

/** Milliseconds a process may take to be ready. */
const READY_MS_MAX = 45_000;
/** Milliseconds a process may take to end after it was asked to. */
export const STOP_MS_MAX = 4_000;
const READY_POLL_MS = 50;
/** Milliseconds one look at a process's health may take. */
const READY_CALL_MS_MAX = 2_500;
/** Lines kept to explain a process that ended by itself. */
const LAST_LINES_MAX = 40;

/** What still runs when we end, ends with us at once; where we are killed, it notices by itself. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** One process that we started: watched, restartable with the same address and data, and never left behind. */
export class ManagedProcess {
  private child: ChildProcess | undefined;
  private readonly lastLines: string[] = [];
  private asked = false;

  constructor(
    readonly plan: ProcessPlan,
    private readonly hooks: { onLine(line: string): void; onUnexpectedEnd(end: UnexpectedEnd): void },
  ) {}

  /** The operating system's id of the running process. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts the process, unless it runs; it is not ready yet. */
  start(): void {
    this.asked = false;
    if (this.child !== undefined) return;
    // In a group of its own, so that Ctrl-C reaches only us and we end the processes in order.
    const child = spawn(process.execPath, ['--enable-source-maps', ...ENDS_WITH_PARENT, this.plan.entry], {
      detached: true,
      stdio: STDIO_WITH_PARENT,
      env: { PATH: process.env['PATH'] ?? '', NODE_ENV: process.env['NODE_ENV'] ?? '', ...this.plan.env },
    });
    this.child = child;
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.take(line));
    }
    child.once('exit', (code, signal) => {
      running.delete(child);
      if (this.child === child) this.child = undefined;
      if (this.asked) return;
      const reason = `${this.plan.name} ended by itself (${signal ?? `exit code ${code}`})`;
      this.hooks.onUnexpectedEnd({ reason, exitCode: code });
    });
  }

  /** Resolves when the process says that it is ready; throws with its last lines when it ends or takes too long. */
  async ready(): Promise<void> {
    const giveUpAtMs = Date.now() + READY_MS_MAX;
    while (!(await answers(this.plan.readyUrl))) {
      if (this.child === undefined)
        throw new Error(`${this.plan.name} ended before it was ready\n${this.lastLines.join('\n')}`);
      if (Date.now() > giveUpAtMs) {
        throw new Error(`${this.plan.name} is not ready after ${READY_MS_MAX} ms\n${this.lastLines.join('\n')}`);
      }
      await delay(READY_POLL_MS);
    }
  }

  /** Asks the process to end, and ends it when it does not; resolves with whether it ended by itself. */
  async stop(): Promise<boolean> {
    const { child } = this;
    if (child === undefined) return true;
    this.asked = true;
    const ended = once(child, 'exit').then(() => true);
    child.kill('SIGTERM');
    const inTime = await Promise.race([ended, delay(STOP_MS_MAX, false, { ref: false })]);
    if (!inTime) child.kill('SIGKILL');
    await ended;
    return inTime;
  }

  /** Ends the process as a power cut would; resolves when it is gone. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    this.asked = true;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  private take(line: string): void {
    this.lastLines.push(line);
    if (this.lastLines.length > LAST_LINES_MAX) this.lastLines.shift();
    this.hooks.onLine(line);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(READY_CALL_MS_MAX) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
