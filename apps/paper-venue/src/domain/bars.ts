import { seededRandom, type Random } from './random.js';

/** A day of a market: prices in whole cents, volume in whole units of the series' `volumeUnit`. */
export interface Bar {
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** The days of one symbol, oldest first; after the last comes the first again. */
export interface Series {
  symbol: string;
  bars: readonly Bar[];
  /** What one unit of volume is, as a decimal. */
  volumeUnit: string;
}

/** How a series is made up between the prices that are known. */
export interface BridgeShape {
  seed: string;
  barsPerAnchor: number;
  /** The largest step of a bar, in thousandths of the price. */
  stepPerMilleMax: number;
  volumeMin: number;
  volumeMax: number;
}

/** The lowest price a series reaches, in cents: a bid one cent below is still above zero. */
export const PRICE_CENTS_MIN = 2;

/** Bars that lead from each known price to the next by a seeded random walk tied down at both ends; prices in cents. */
export function bridgeBars(anchors: readonly number[], shape: BridgeShape): Bar[] {
  return anchors.slice(1).flatMap((to, index) => {
    const random = seededRandom(`${shape.seed}:bars:${index}`);
    return barsBetween({ from: anchors[index] ?? to, to, random }, shape);
  });
}

function barsBetween(span: { from: number; to: number; random: Random }, shape: BridgeShape): Bar[] {
  const { from, to, random } = span;
  const count = shape.barsPerAnchor;
  const step = Math.max(1, Math.trunc((from * shape.stepPerMilleMax) / 1000));
  const walk = [0];
  for (let index = 1; index <= count; index += 1) walk.push((walk[index - 1] ?? 0) + random.integer(-step, step));
  const drift = to - from - (walk[count] ?? 0);
  const closes = walk.map((noise, index) =>
    Math.max(PRICE_CENTS_MIN, from + noise + Math.trunc((drift * index) / count)),
  );
  return closes.slice(1).map((close, index) => {
    const open = closes[index] ?? close;
    return {
      open,
      close,
      high: Math.max(open, close) + random.integer(0, step),
      low: Math.max(PRICE_CENTS_MIN, Math.min(open, close) - random.integer(0, step)),
      volume: random.integer(shape.volumeMin, shape.volumeMax),
    };
  });
}

/** A made-up history of closes in cents that ends where it begins, so that it loops without a jump. */
export function syntheticAnchors(seed: string, range: { min: number; max: number; count: number }): number[] {
  const random = seededRandom(`${seed}:anchors`);
  const anchors = Array.from({ length: range.count }, () => random.integer(range.min, range.max));
  return [...anchors, anchors[0] ?? range.min];
}
