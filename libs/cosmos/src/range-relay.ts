import { Alarm } from './alarm.js';
import type { RangeLease } from './range-lease.js';
import { RangeTenure } from './range-tenure.js';
import type { RangeFeed } from './range-tenure.js';
import { retryDelayMs } from './retry-delay.js';

/** Milliseconds between two looks at a lease that somebody else holds. */
const COMPETE_MS = 1_000;

/** One feed range of a container, on one replica: competes for its lease and serves it while it has it. */
export class RangeRelay {
  readonly #lease: RangeLease;
  readonly #feed: RangeFeed;
  readonly #alarm = new Alarm();
  #tenure: RangeTenure | undefined;
  #stopping = false;

  constructor(lease: RangeLease, feed: RangeFeed) {
    this.#lease = lease;
    this.#feed = feed;
  }

  get owned(): boolean {
    return this.#tenure?.going ?? false;
  }

  get lagMs(): number {
    return this.#tenure?.lagMs ?? 0;
  }

  wake(): void {
    this.#tenure?.wake();
  }

  /** Lets `run` end after the send in hand. */
  stop(): void {
    this.#stopping = true;
    this.#tenure?.end();
    this.#alarm.ring();
  }

  /** Competes and serves until it is stopped. Never throws: what fails is logged and tried again. */
  async run(): Promise<void> {
    let failureCount = 0;
    while (!this.#stopping) {
      try {
        const waitMs = await this.#lease.take();
        failureCount = 0;
        if (waitMs > 0) await this.#pause(Math.min(waitMs, COMPETE_MS));
        else await this.#serve();
      } catch (error) {
        failureCount += 1;
        this.#feed.log.warn({ range: this.#feed.id, err: error }, 'relay holds no lease on the range');
        await this.#pause(retryDelayMs(failureCount));
      }
    }
  }

  async #serve(): Promise<void> {
    this.#feed.log.info({ range: this.#feed.id, fence: this.#lease.token }, 'relay took the range');
    this.#tenure = new RangeTenure(this.#lease, this.#feed);
    if (this.#stopping) this.#tenure.end();
    try {
      await this.#tenure.run();
    } finally {
      this.#tenure = undefined;
    }
  }

  async #pause(ms: number): Promise<void> {
    if (!this.#stopping) await this.#alarm.wait(ms);
  }
}
