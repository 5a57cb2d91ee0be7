import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A process that serves the bench and answers what it is asked. */
export class BenchProcess<Ready, Answer = object> {
  private constructor(
    readonly child: ChildProcess,
    readonly ready: Ready,
  ) {}

  /** `isQuiet`: what it writes to its standard output goes nowhere. It ends when `signal` says that the time is over. */
  static async start<Ready, Answer = object>(
    script: string,
    role: string,
    told: object = {},
    { isQuiet = false, signal }: { isQuiet?: boolean; signal?: AbortSignal } = {},
  ): Promise<BenchProcess<Ready, Answer>> {
    const child = fork(script, [role, JSON.stringify(told)], {
      stdio: ['inherit', isQuiet ? 'ignore' : 'inherit', 'inherit', 'ipc'],
      ...(signal && { signal }),
    });
    const [ready] = (await once(child, 'message')) as [Ready];
    return new BenchProcess(child, ready);
  }

  async ask(question: object): Promise<Answer> {
    this.child.send(question);
    const [answer] = (await once(this.child, 'message')) as [Answer];
    return answer;
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    await gone;
  }
}
