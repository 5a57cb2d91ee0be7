import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ENDS_WITH_PARENT, STDIO_WITH_PARENT } from '../../launcher/src/ends-with-parent.js';
import { until } from './stage.js';

/** Milliseconds within which everything has ended after Ctrl-C. */
const STOP_MS_MAX = 5_000;
/** Milliseconds for two starts and two demos on a machine that does other things too. */
const TEST_MS_MAX = 180_000;

/** A command of the platform as a person runs it, with what it prints. */
class Command {
  readonly lines: string[] = [];
  private readonly child: ChildProcess;
  private readonly exit: Promise<number | null>;

  constructor(entry: string, env: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, [...ENDS_WITH_PARENT, entry], {
      env: { ...process.env, ...env },
      stdio: STDIO_WITH_PARENT,
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    }
    this.exit = once(this.child, 'exit').then(([code]) => code as number | null);
  }

  /** The first line that contains `text`, once it is printed; fails when the command ends before. */
  prints(text: string): Promise<string> {
    return until(`it prints ${text}`, () => {
      const found = this.lines.find((line) => line.includes(text));
      if (found === undefined && this.child.exitCode !== null) throw new Error(`it ended:\n${this.lines.join('\n')}`);
      return found;
    });
  }

  interrupt(): void {
    this.child.kill('SIGINT');
  }

  /** Ends the command without a chance to end what it has started. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  ended(): Promise<number | null> {
    return this.exit;
  }
}

describe('npm start and npm run demo', () => {
  let dataDir: string;
  const commands: Command[] = [];
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'ballast-start-'));
  });
  afterAll(async () => {
    for (const command of commands) command.interrupt();
    await Promise.all(commands.map((command) => command.ended()));
    await rm(dataDir, { recursive: true, force: true });
  });

  const run = (entry: string, env: Record<string, string> = {}): Command => {
    const command = new Command(`dist/launcher/${entry}.mjs`, { DATA_DIR: dataDir, PORTS: 'free', ...env });
    commands.push(command);
    return command;
  };
  const gatewayOf = async (start: Command): Promise<string> => {
    const line = await start.prints('REST API');
    return /http:\/\/[\d.]+:\d+/.exec(line)?.[0] ?? '';
  };
  const interrupted = async (start: Command): Promise<number | null> => {
    const atMs = Date.now();
    start.interrupt();
    const code = await start.ended();
    expect(Date.now() - atMs).toBeLessThan(STOP_MS_MAX);
    expect(start.lines.at(-1)).toBe('stopped');
    return code;
  };

  /** Ends a process as a power cut would, and waits until it is there again. */
  const killed = async (start: Command, name: string): Promise<void> => {
    const isReady = (line: string): boolean => line.startsWith(name) && line.includes('service ready');
    const pid = Number(new RegExp(`${name} (\\d+)`).exec(await start.prints('  Processes'))?.[1]);
    process.kill(pid, 'SIGKILL');
    await start.prints(`${name} ended by itself (SIGKILL); it is started again`);
    await until(`${name} is ready again`, () => start.lines.filter(isReady).length > 1);
  };

  /** Kills the command, and waits until none of the processes is left that it had started. */
  const killedAlone = async (start: Command): Promise<void> => {
    const pids = [...(await start.prints('  Processes')).matchAll(/ (\d+)/g)].map(([, pid]) => Number(pid));
    expect(pids).toHaveLength(7);
    start.kill();
    await start.ended();
    await until('all have ended', () => !pids.some(isRunning));
  };

  it(
    'reach ready, start again what is killed, trade, verify, stop within 5 s of Ctrl-C, keep their state, and leave nothing behind',
    async () => {
      const first = run('start');
      const gateway = await gatewayOf(first);
      const login = await first.prints('demo /');
      await killed(first, 'orders');
      const demo = run('demo', { GATEWAY_URL: gateway, DEMO_SECONDS: '5' });
      const code = await demo.ended();
      if (code !== 0) throw new Error(demo.lines.join('\n'));
      expect(demo.lines.join('\n')).toContain('every chain whole');
      expect(demo.lines.some((line) => line.includes('refused: insufficient-capital'))).toBe(true);
      expect(await interrupted(first)).toBe(0);

      const second = run('start');
      expect(await second.prints('demo /')).toBe(login);
      const again = run('demo', { GATEWAY_URL: await gatewayOf(second), DEMO_SECONDS: '1' });
      expect(await again.ended()).toBe(0);
      const verdict = await again.prints('Audit:');
      expect(Number(/(\d+) chains/.exec(verdict)?.[1])).toBeGreaterThanOrEqual(3);
      await killedAlone(second);
    },
    TEST_MS_MAX,
  );
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
