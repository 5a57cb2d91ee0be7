import { Decimal } from '@ballast/money';
import type { Bar, Series } from './bars.js';
import { seededRandom } from './random.js';
import type { Tick } from './tick.js';

/** Where a bar's first extreme, second extreme and close stand among its ticks; the open is the first of them. */
const TURNING_POINTS = [0, 6, 13, 19] as const;
/** Ticks that a bar is expanded into. */
export const TICKS_PER_BAR = 20;
/** Half of the gap between bid and ask. */
const HALF_SPREAD_CENTS = 1;
const CENT = new Decimal('0.01');

/** A price in whole cents and what trades at it in whole units. */
export interface TickShape {
  cents: number;
  units: number;
}

/** Expands a bar into ticks that touch open, high, low and close, stay between low and high, and share out its volume exactly. */
export function ticksOfBar(bar: Bar, seed: string): TickShape[] {
  const random = seededRandom(seed);
  const rises = bar.close >= bar.open;
  const stops = [bar.open, rises ? bar.low : bar.high, rises ? bar.high : bar.low, bar.close];
  const wobble = Math.trunc((bar.high - bar.low) / WOBBLE_SHARE);
  const weights = Array.from({ length: TICKS_PER_BAR }, () => random.integer(WEIGHT_MIN, WEIGHT_MAX));
  const weightTotal = weights.reduce((sum, weight) => sum + weight, 0);
  let weightBefore = 0;
  return weights.map((weight, index) => {
    const noise = TURNING_POINTS.some((point) => point === index) ? 0 : random.integer(-wobble, wobble);
    const cents = Math.min(bar.high, Math.max(bar.low, between(stops, index) + noise));
    const soldBefore = Math.trunc((bar.volume * weightBefore) / weightTotal);
    weightBefore += weight;
    return { cents, units: Math.trunc((bar.volume * weightBefore) / weightTotal) - soldBefore };
  });
}

const WOBBLE_SHARE = 8;
const WEIGHT_MIN = 50;
const WEIGHT_MAX = 150;

function between(stops: readonly number[], index: number): number {
  const leg = TURNING_POINTS.findLastIndex((point) => point <= index);
  const start = TURNING_POINTS[leg] ?? 0;
  const end = TURNING_POINTS[leg + 1] ?? start + 1;
  const from = stops[leg] ?? 0;
  const to = stops[leg + 1] ?? from;
  return from + Math.trunc(((to - from) * (index - start)) / (end - start));
}

/** The whole market as a function of a tick's number: nothing about it needs to be remembered. */
export class Replay {
  private readonly current = new Map<string, { bar: number; ticks: TickShape[] }>();

  constructor(
    readonly series: readonly Series[],
    private readonly seed: string,
  ) {}

  /** The tick of a series with a number counted from the first tick of the first bar, for ever around, also before it. */
  tickAt(series: Series, number: number, atMs: number): Tick {
    const shape = this.shapeAt(series, number);
    return {
      symbol: series.symbol,
      bid: CENT.times(shape.cents - HALF_SPREAD_CENTS),
      ask: CENT.times(shape.cents + HALF_SPREAD_CENTS),
      volume: new Decimal(series.volumeUnit).times(shape.units),
      atMs,
    };
  }

  /** The price and volume of that tick. */
  shapeAt(series: Series, number: number): TickShape {
    const count = series.bars.length * TICKS_PER_BAR;
    const place = ((number % count) + count) % count;
    const shape = this.ticksOf(series, Math.trunc(place / TICKS_PER_BAR))[place % TICKS_PER_BAR];
    if (!shape) throw new Error(`${series.symbol} has no tick ${number}`);
    return shape;
  }

  private ticksOf(series: Series, bar: number): TickShape[] {
    const known = this.current.get(series.symbol);
    if (known?.bar === bar) return known.ticks;
    const shape = series.bars[bar];
    if (!shape) throw new Error(`${series.symbol} has no bar ${bar}`);
    const ticks = ticksOfBar(shape, `${this.seed}:${series.symbol}:${bar}`);
    this.current.set(series.symbol, { bar, ticks });
    return ticks;
  }
}
