import { setTimeout as delay } from 'node:timers/promises';

/** Part of a bench, and how many seconds it may take. */
export interface Phase {
  readonly name: string;
  readonly seconds: number;
}

const MS_PER_SECOND = 1_000;

/** Runs the parts of a bench one after the other, tells what each does and took, and lets none that fails end the others. */
export class Phases {
  /** What did not come to its end, and why. */
  readonly failed: string[] = [];
  private readonly sinceMs = performance.now();

  /** `onEnd` is called after each part, with what there is by then. */
  constructor(
    private readonly secondsMax: number,
    private readonly onEnd: () => Promise<unknown>,
  ) {}

  /** What the part gave; nothing where it failed, took too long, or the time for all of them is over. */
  async run<Found>(
    { name, seconds }: Phase,
    work: (signal: AbortSignal) => Promise<Found>,
  ): Promise<Found | undefined> {
    const leftSeconds = this.secondsMax - this.seconds;
    if (leftSeconds <= 0) return this.fail(name, 'not begun: the time for all is over');
    const limitSeconds = Math.min(seconds, leftSeconds);
    console.log(`[${this.seconds.toFixed(0)} s] ${name}, at most ${limitSeconds.toFixed(0)} s`);
    const sinceMs = performance.now();
    const [over, ended] = [new AbortController(), new AbortController()];
    try {
      const tooLong = async (): Promise<never> => {
        await delay(limitSeconds * MS_PER_SECOND, undefined, { signal: ended.signal });
        throw new Error(`not done after ${limitSeconds.toFixed(0)} s`);
      };
      return await Promise.race([work(over.signal), tooLong()]);
    } catch (error) {
      return this.fail(name, error instanceof Error ? error.message : String(error));
    } finally {
      over.abort(new Error('the time is over'));
      ended.abort();
      console.log(
        `[${this.seconds.toFixed(0)} s] ${name} took ${((performance.now() - sinceMs) / MS_PER_SECOND).toFixed(1)} s`,
      );
      await this.onEnd();
    }
  }

  private get seconds(): number {
    return (performance.now() - this.sinceMs) / MS_PER_SECOND;
  }

  private fail(name: string, why: string): undefined {
    console.log(`${name} failed: ${why}`);
    this.failed.push(`${name}: ${why}`);
    return undefined;
  }
}
