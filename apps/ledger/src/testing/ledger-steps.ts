import * as fc from 'fast-check';
import type { Crash } from './memory-store.js';

/** Profiles that one run has, all of one owner. */
export const PROFILES = 2;

/** What somebody does next; `which` chooses among what there is, counted from the latest and around. */
export type Doing =
  | {
      readonly do: 'enter';
      readonly kind: 'deposit' | 'withdrawal' | 'fee' | 'adjustment';
      readonly units: bigint;
      readonly agoMs: number;
    }
  | { readonly do: 'reverse'; readonly which: number }
  | { readonly do: 'transfer'; readonly units: bigint }
  | { readonly do: 'close' | 'reopen' }
  | { readonly do: 'ask-again'; readonly which: number }
  | { readonly do: 'place'; readonly tenths: bigint; readonly price: bigint; readonly isShort: boolean }
  | { readonly do: 'fill'; readonly which: number; readonly tenths: bigint; readonly better: bigint }
  | { readonly do: 'end'; readonly which: number }
  | { readonly do: 'ask-to-replace'; readonly which: number; readonly tenths: bigint; readonly price: bigint }
  | { readonly do: 'replace'; readonly which: number; readonly isTaken: boolean }
  | { readonly do: 'close-position'; readonly which: number; readonly price: bigint }
  | { readonly do: 'hear'; readonly which: number }
  | { readonly do: 'hear-again'; readonly which: number };

/** A step: by which replica and for which profile, on which version of the balances, and where the process dies in it. */
export interface Step {
  readonly doing: Doing;
  readonly profile: number;
  readonly replica: number;
  readonly version: 'any' | 'right' | 'wrong';
  readonly crash: Crash | undefined;
}

/** Mostly of the latest few, so that much happens to the same order. */
const which = fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 3 }) }, { weight: 1, arbitrary: fc.nat({ max: 1_000 }) });
const units = fc.bigInt({ min: 1n, max: 50_000n });

const doing: fc.Arbitrary<Doing> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('enter' as const),
      kind: fc.constantFrom('deposit', 'deposit', 'withdrawal', 'fee', 'adjustment'),
      units: units.chain((amount) => fc.constantFrom(amount, amount, -amount)),
      agoMs: fc.nat({ max: 5_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reverse' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('transfer' as const), units }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('close' as const, 'reopen' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('ask-again' as const), which }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('place' as const),
      tenths: fc.bigInt({ min: 1n, max: 40n }),
      price: fc.bigInt({ min: 1n, max: 9_999n }),
      isShort: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fill' as const),
      which,
      tenths: fc.bigInt({ min: 1n, max: 25n }),
      better: fc.bigInt({ min: -300n, max: 300n }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('end' as const), which }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('ask-to-replace' as const),
      which,
      tenths: fc.bigInt({ min: 1n, max: 50n }),
      price: fc.bigInt({ min: 1n, max: 9_999n }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('replace' as const),
      which,
      isTaken: fc.constantFrom(true, true, true, false),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('close-position' as const),
      which,
      price: fc.bigInt({ min: 1n, max: 9_999n }),
    }),
  },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('hear' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hear-again' as const), which }) },
);

/** Any step; `crashes` says whether the process may die in one. */
export function anyStep({ crashes }: { readonly crashes: boolean }): fc.Arbitrary<Step> {
  const crash = fc.record({ at: fc.integer({ min: 1, max: 3 }), isDone: fc.boolean() });
  return fc.record({
    doing,
    profile: fc.nat({ max: PROFILES - 1 }),
    replica: fc.nat({ max: 1 }),
    version: fc.constantFrom('any' as const, 'any' as const, 'right' as const, 'wrong' as const),
    crash: crashes ? fc.option(crash, { freq: 3, nil: undefined }) : fc.constant(undefined),
  });
}

/** The one that `which` chooses; nothing where there is none. */
export function chosen<Item>(items: readonly Item[], which: number): Item | undefined {
  return items[items.length - 1 - (which % items.length)];
}
