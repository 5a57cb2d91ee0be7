import { Decimal } from '@ballast/money';
import { TICKS_PER_BAR, type Replay } from './replay.js';
import type { Series } from './bars.js';

/** How fast the market runs, and when its first tick stood, in milliseconds since 1970. */
export interface HistoryPace {
  barsPerSecond: number;
  epochMs: number;
  nowMs(): number;
}

/** What a symbol did in a window of the wall clock: prices in dollars, `count` ticks, `averagePrice` weighted by volume. */
export interface PastBar {
  atMs: number;
  open: Decimal;
  high: Decimal;
  low: Decimal;
  close: Decimal;
  volume: Decimal;
  count: number;
  averagePrice: Decimal;
}

/** Which windows are asked for: those of `windowMs` that begin from `fromMs` on and are over before `toMs` and now. */
export interface WindowQuery {
  symbol: string;
  windowMs: number;
  fromMs: number;
  toMs: number;
  limit: number;
}

/** The ticks that one page may be made of. */
const TICKS_PER_PAGE_MAX = 400_000;
const CENT = new Decimal('0.01');
const AVERAGE_PRICE_DECIMALS = 6;
const MS_PER_SECOND = 1_000;

/** The replay's past in windows of the wall clock; before the venue's first start it is the same replay, running backwards. */
export class BarHistory {
  constructor(
    private readonly replay: Replay,
    private readonly pace: HistoryPace,
  ) {}

  /** The market's time, in milliseconds since 1970. */
  nowMs(): number {
    return this.pace.nowMs();
  }

  /** A page of finished windows, oldest first, and where the next one begins, undefined when there is none. */
  page(query: WindowQuery): { bars: PastBar[]; nextMs: number | undefined } {
    const series = this.replay.series.find(({ symbol }) => symbol === query.symbol);
    const bars: PastBar[] = [];
    const endMs = Math.min(query.toMs, this.pace.nowMs());
    let startMs = Math.ceil(query.fromMs / query.windowMs) * query.windowMs;
    for (let ticks = 0; series && startMs + query.windowMs <= endMs; startMs += query.windowMs) {
      if (bars.length === query.limit || ticks > TICKS_PER_PAGE_MAX) return { bars, nextMs: startMs };
      const bar = this.bar(series, startMs, query.windowMs);
      ticks += bar?.count ?? 0;
      if (bar) bars.push(bar);
    }
    return { bars, nextMs: undefined };
  }

  private bar(series: Series, atMs: number, windowMs: number): PastBar | undefined {
    const [first, end] = [this.tickNumber(atMs), this.tickNumber(atMs + windowMs)];
    if (first >= end) return undefined;
    const opening = this.replay.shapeAt(series, first).cents;
    let [high, low, close, units] = [opening, opening, opening, 0];
    let value = 0n;
    for (let number = first; number < end; number += 1) {
      const shape = this.replay.shapeAt(series, number);
      close = shape.cents;
      high = Math.max(high, close);
      low = Math.min(low, close);
      units += shape.units;
      value += BigInt(close) * BigInt(shape.units);
    }
    const dollars = (cents: number): Decimal => CENT.times(cents);
    return {
      atMs,
      open: dollars(opening),
      high: dollars(high),
      low: dollars(low),
      close: dollars(close),
      volume: new Decimal(series.volumeUnit).times(units),
      count: end - first,
      averagePrice:
        units === 0 ? dollars(close) : CENT.times(value.toString()).div(units).toDecimalPlaces(AVERAGE_PRICE_DECIMALS),
    };
  }

  /** The number of the first tick that stands at or after a moment. */
  private tickNumber(atMs: number): number {
    return Math.ceil(((atMs - this.pace.epochMs) * this.pace.barsPerSecond * TICKS_PER_BAR) / MS_PER_SECOND);
  }
}
