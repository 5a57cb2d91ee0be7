import fc from 'fast-check';
import { Decimal } from '@ballast/money';
import type { Crash } from './memory-store.js';
import { SYMBOLS } from './model-market.js';
import type { OrdersWorld } from './orders-world.js';

/** Something that happens to a world. */
export type Step = (world: OrdersWorld) => Promise<void>;

/** Steps of one kind, and how often one of them is taken among others. */
export interface Steps {
  readonly arbitrary: fc.Arbitrary<Step>;
  readonly weight: number;
}

/** How long an order stands. */
export type Lasting = { readonly timeInForce: 'day' | 'gtc' } | Dated;

/** How long an order stands that was given a date. */
export type Dated = { readonly timeInForce: 'gtd'; readonly lastsMs: number };

/** Milliseconds for which an order with a date stands, at most. */
export const LASTS_MS_MAX = 60_000;

export const crash = fc.constantFrom<Crash>(undefined, undefined, undefined, 'before', 'after');
export const pick = fc.nat({ max: 1_000 });
export const symbol = fc.constantFrom(...SYMBOLS);
export const quantity = fc.integer({ min: 1, max: 100 }).map(String);
export const seldom = fc.constantFrom(false, false, false, true);
export const quarters = fc.integer({ min: 1, max: 4 });
export const dated: fc.Arbitrary<Dated> = fc
  .integer({ min: 1, max: LASTS_MS_MAX })
  .map((lastsMs) => ({ timeInForce: 'gtd', lastsMs }));
/** Within the collar of a market that stands still. */
export const price = centsBetween(9_600, 10_400);

/** A price in dollars. */
export function centsBetween(min: number, max: number): fc.Arbitrary<string> {
  return fc.integer({ min, max }).map((cents) => new Decimal(cents).div(100).toFixed());
}

/** A step with what is said of it when a run fails. */
export function step<T>(
  name: string,
  given: fc.Arbitrary<T>,
  take: (world: OrdersWorld, given: T) => Promise<void> | void,
): fc.Arbitrary<Step> {
  return given.map((value) => {
    const taken: Step = async (world) => take(world, value);
    return Object.assign(taken, { toString: () => `${name} ${JSON.stringify(value)}` });
  });
}

/** Has the replica do it that acts now, or the other one, which may know less. */
export async function atReplica(world: OrdersWorld, isOther: boolean, work: () => Promise<void>): Promise<void> {
  if (isOther) world.handOver();
  await work();
  if (isOther) world.handOver();
}

/** One of them; none where there are none. */
export function oneOf<T>(all: readonly T[], at: number): T | undefined {
  return all[at % Math.max(1, all.length)];
}

/** So many quarters, rounded up to whole ones; with five, one more than there is. */
export function share(of: Decimal, parts: number): Decimal {
  return parts > 4 ? of.plus(1) : of.times(parts).div(4).toDecimalPlaces(0, Decimal.ROUND_UP);
}
