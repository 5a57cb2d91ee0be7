import { TICKS_PER_BAR, type Replay } from './domain/replay.js';
import type { Exchange } from './exchange.js';
import { expireOrders, tradeTick } from './trade-tick.js';

/** The shortest time between two turns of the market. */
const TURN_MS_MIN = 20;
/** Ticks of one symbol that a turn catches up on; older ones are skipped, as after a suspended machine. */
const CATCH_UP_TICKS_MAX = 200;

/** How fast the market runs and since when. */
export interface ReplayPace {
  barsPerSecond: number;
  /** Milliseconds since 1970 at which the first tick of the first bar stood. */
  epochMs: number;
  nowMs(): number;
}

/** Moves the market on to where it belongs by the wall clock. */
export class RunReplay {
  private lastNumber: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly exchange: Exchange,
    private readonly replay: Replay,
    private readonly pace: ReplayPace,
  ) {
    this.lastNumber = this.numberNow() - 1;
  }

  /** Takes the first turn and every later one. */
  start(): void {
    this.turn();
    const turnMs = Math.max(TURN_MS_MIN, 1000 / (this.pace.barsPerSecond * TICKS_PER_BAR));
    this.timer = setInterval(() => this.turn(), turnMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Shows every tick since the last turn to the symbols that have resting orders, and only the newest to the others. */
  turn(): void {
    const number = this.numberNow();
    const nowMs = this.pace.nowMs();
    const symbolsWithOrders = new Set([...this.exchange.books.open.values()].map((order) => order.symbol));
    for (const series of this.replay.series) {
      if (this.isScripted(series.symbol)) continue;
      const first = symbolsWithOrders.has(series.symbol)
        ? Math.max(this.lastNumber + 1, number - CATCH_UP_TICKS_MAX)
        : number;
      for (let next = first; next <= number && number > this.lastNumber; next += 1) {
        tradeTick(this.exchange, this.replay.tickAt(series, next, nowMs));
      }
    }
    this.lastNumber = Math.max(number, this.lastNumber);
    expireOrders(this.exchange, new Date(nowMs).toISOString());
  }

  /** Lets every scripted symbol follow the replay again. */
  resume(): void {
    this.exchange.store.clearScripted();
    const number = this.numberNow();
    for (const series of this.replay.series) {
      if (this.isScripted(series.symbol)) {
        tradeTick(this.exchange, this.replay.tickAt(series, number, this.pace.nowMs()));
      }
    }
  }

  private isScripted(symbol: string): boolean {
    const tick = this.exchange.books.ticks.get(symbol);
    return tick !== undefined && tick.atMs === undefined;
  }

  private numberNow(): number {
    const elapsedMs = Math.max(0, this.pace.nowMs() - this.pace.epochMs);
    return Math.trunc((elapsedMs * this.pace.barsPerSecond * TICKS_PER_BAR) / 1000);
  }
}
