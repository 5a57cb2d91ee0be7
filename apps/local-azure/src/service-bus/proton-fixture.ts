import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

const PROGRAM = join(__dirname, 'proton-client.py');
/** The system's own is asked too, since Debian's package is for that one. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/** A Python that has Qpid Proton; undefined where there is none. */
export function pythonWithProton(): string | undefined {
  return PYTHONS.find((python) => spawnSync(python, ['-c', 'import proton.utils']).status === 0);
}

/** What the other client answered: a value, or the condition it was refused with. */
export interface ProtonAnswer {
  readonly value?: unknown;
  readonly condition?: string;
}

/** A second, independent AMQP 1.0 client in a process of its own; for tests. */
export class ProtonClient {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly lines: Interface;
  private readonly closed: Promise<unknown>;
  private complaint = '';

  constructor(python: string) {
    this.process = spawn(python, [PROGRAM]);
    this.closed = once(this.process, 'close');
    this.lines = createInterface(this.process.stdout);
    this.process.stderr.on('data', (text: Buffer) => (this.complaint += text.toString()));
  }

  /** Has an operation of the program done; one at a time. Rejects when the program ends instead. */
  do(operation: string, more: object): Promise<ProtonAnswer> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error(`The client ended. ${this.complaint}`));
      this.process.once('close', ended);
      this.lines.once('line', (line) => {
        this.process.off('close', ended);
        resolve(JSON.parse(line) as ProtonAnswer);
      });
      this.process.stdin.write(`${JSON.stringify({ do: operation, ...more })}\n`);
    });
  }

  /** Lets the program close its connection and end. */
  async close(): Promise<void> {
    this.process.stdin.end();
    await this.closed;
  }
}
