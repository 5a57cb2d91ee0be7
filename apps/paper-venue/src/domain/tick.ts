import { Decimal } from '@ballast/money';

/** The market of one symbol at one moment: the best prices and how much may still trade at them. */
export interface Tick {
  symbol: string;
  bid: Decimal;
  ask: Decimal;
  /** What may trade until the next tick, both sides together. */
  volume: Decimal;
  /** Milliseconds since 1970 of the wall clock; undefined for a scripted price, which stands until it is changed. */
  atMs: number | undefined;
}

/** The middle of bid and ask, which positions are valued at. */
export function middle(tick: Tick): Decimal {
  return tick.bid.plus(tick.ask).div(2);
}

/** What a tick still offers after some of it has traded. */
export function without(tick: Tick, quantity: Decimal): Tick {
  return { ...tick, volume: Decimal.max(0, tick.volume.minus(quantity)) };
}
