import type { ServiceLog } from '@ballast/service-host';
import { LOCK_MS, LockLost } from './runtime-lock.js';
import type { RuntimeLock } from './runtime-lock.js';

/** What only the owner of a lock does. */
export interface OwnedWork {
  /** The lock is ours from now on; `position` is how far the owner before came. */
  begin(position: string | undefined): void;
  /** Whatever `begin` began is over when this resolves. */
  end(): Promise<void>;
  /** How far it has come, to be saved with the next renewal. */
  readonly position: string | undefined;
}

/** Milliseconds between two renewals, and between two tries of one that failed. */
const RENEW_MS = 4_000;
const RETRY_MS = 500;
/** Milliseconds after which a lock that somebody else holds is looked at again, at most: it may be given back. */
const LOOK_MS_MAX = 3_000;

/** Does the work of a lock's owner whenever and as long as the lock is ours; waits for it otherwise. */
export class LockKeeper {
  private readonly closing = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly lock: Pick<RuntimeLock, 'take' | 'renew' | 'giveBack' | 'isSafe' | 'position' | 'token'>,
    private readonly work: OwnedWork,
    private readonly log: ServiceLog,
  ) {}

  /** Resolves after the first try for the lock; keeps trying until it is closed. */
  async start(): Promise<void> {
    const waitMs = await this.tryToTake();
    this.running = this.run(waitMs);
  }

  /** Ends the work and gives the lock back, so that the next owner begins at once. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.running;
  }

  /** Whether the work may still be done: it may not in the last moments of a lock that was not renewed. */
  get owns(): boolean {
    return this.lock.isSafe;
  }

  private get isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  private async run(firstWaitMs: number): Promise<void> {
    let waitMs = firstWaitMs;
    for (;;) {
      if (waitMs <= 0) await this.own();
      else await this.pause(Math.min(waitMs, LOOK_MS_MAX));
      if (this.isClosing) return;
      waitMs = await this.tryToTake();
    }
  }

  /** The milliseconds after which it is worth another try; 0 when the lock is ours and the work has begun. */
  private async tryToTake(): Promise<number> {
    try {
      const waitMs = await this.lock.take();
      if (waitMs > 0) return waitMs;
      this.log.info({ fence: this.lock.token }, 'this replica hears the broker now');
      this.work.begin(this.lock.position);
      return 0;
    } catch (error) {
      this.log.warn({ err: error }, 'the lock on the stream of the broker cannot be taken');
      return RETRY_MS;
    }
  }

  private async own(): Promise<void> {
    let isLost = false;
    let pauseMs = RENEW_MS;
    while (!isLost) {
      await this.pause(pauseMs);
      if (this.isClosing || !this.lock.isSafe) break;
      try {
        await this.lock.renew(this.work.position);
        pauseMs = RENEW_MS;
      } catch (error) {
        isLost = error instanceof LockLost;
        pauseMs = RETRY_MS;
        this.log.warn({ err: error }, 'the lock on the stream of the broker is not renewed');
      }
    }
    await this.work.end();
    if (!isLost && this.isClosing) await this.giveBack();
  }

  private async giveBack(): Promise<void> {
    try {
      await this.lock.giveBack(this.work.position);
    } catch (error) {
      this.log.warn({ err: error, lockMs: LOCK_MS }, 'the lock on the stream of the broker ends by itself');
    }
  }

  /** Ends early when the keeper is closed. */
  private pause(ms: number): Promise<void> {
    const { signal } = this.closing;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }
}
