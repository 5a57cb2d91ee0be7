import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../../../paper-venue/src/domain/random.js';
import type { Stage, Tick } from '../stage.js';

/** What is traded in a campaign; the broker's prices of it are scripted. */
export const SYMBOLS = ['AAPL', 'MSFT', 'IBM', 'GOOG'] as const;

const TICK_MS = 250;
/** What a tick offers: little, so that many orders are filled in parts. */
const VOLUME_MAX = 6;
const PRICE_MIN = 96;
const PRICE_MAX = 104;

/** Moves the market of every symbol up and down around 100 while the broker is there. */
export class Market {
  private isOver = false;
  private readonly prices: number[] = SYMBOLS.map(() => 100);

  constructor(
    private readonly stage: Stage,
    private readonly seed: string,
  ) {}

  /** The first prices; throws where the broker does not take them. */
  open(): Promise<void> {
    return this.stage.tick(...this.ticks(VOLUME_MAX));
  }

  async run(): Promise<void> {
    const random = seededRandom(`${this.seed}:market`);
    while (!this.isOver) {
      for (const [index, price] of this.prices.entries())
        this.prices[index] = Math.min(PRICE_MAX, Math.max(PRICE_MIN, price + random.integer(-1, 1)));
      // While the broker is away, time stands still there.
      await this.stage.tick(...this.ticks(random.integer(1, VOLUME_MAX))).catch(() => undefined);
      await delay(TICK_MS);
    }
  }

  stop(): void {
    this.isOver = true;
  }

  private ticks(volume: number): Tick[] {
    return SYMBOLS.map((symbol, index) => {
      const price = this.prices[index] ?? PRICE_MIN;
      return { symbol, bid: `${price - 1}`, ask: `${price}`, volume: `${volume}` };
    });
  }
}
