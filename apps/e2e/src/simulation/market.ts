import { decimal } from '@ballast/money';
import type { VenueQuote } from '@ballast/venue';
import type { Surroundings } from './wire.js';

/** What can be traded, and where its price begins, in cents. */
const BEGIN_CENTS = { AAPL: 10_000, MSFT: 20_000 } as const;
export const SYMBOLS = ['AAPL', 'MSFT'] as const;

const CENT = decimal('0.01');
/** Milliseconds between two prices. */
const TICK_MS = { least: 100, most: 600 } as const;
/** By how much a price moves at most, in cents. */
const MOVE_CENTS_MAX = 150;
/** How likely a halt, and a time with old quotes, begin with a price. */
const HALT_RATE = 0.01;
const STALE_RATE = 0.01;
const HALT_MS_MAX = 3_000;
const STALE_MS = 60_000;

/** Prices that move at random, with halts, and times in which quotes are old. */
export class Market {
  /** Whether prices move, and anything may happen to them. */
  isMoving = true;
  private readonly cents: Record<string, number> = { ...BEGIN_CENTS };
  private haltedUntilMs = 0;
  private staleUntilMs = 0;

  constructor(
    private readonly world: Surroundings,
    private readonly moved: () => void,
  ) {
    this.move();
  }

  /** The latest quotes; a symbol that is not traded is left out. */
  quotes(symbols: readonly string[]): VenueQuote[] {
    const { nowMs } = this.world.timeline;
    const at = new Date(nowMs - (this.isMoving && nowMs < this.staleUntilMs ? STALE_MS : 0));
    return symbols.flatMap((symbol) => {
      const cents = this.cents[symbol];
      return cents === undefined ? [] : [{ symbol, bid: CENT.times(cents - 1), ask: CENT.times(cents), at }];
    });
  }

  isTradable(): boolean {
    return !this.isMoving || this.world.timeline.nowMs >= this.haltedUntilMs;
  }

  private move(): void {
    const { timeline, chance } = this.world;
    timeline.after(chance.between(TICK_MS.least, TICK_MS.most), () => {
      if (!this.isMoving) return this.moved();
      this.move();
      const symbol = chance.oneOf(SYMBOLS);
      this.cents[symbol] = (this.cents[symbol] ?? 0) + chance.whole(-MOVE_CENTS_MAX, MOVE_CENTS_MAX);
      if (chance.happens(HALT_RATE)) this.haltedUntilMs = timeline.nowMs + chance.between(0, HALT_MS_MAX);
      if (chance.happens(STALE_RATE)) this.staleUntilMs = timeline.nowMs + chance.between(0, HALT_MS_MAX);
      this.moved();
    });
  }
}
