import { Decimal, shareOfUnits, toUnits, unitsBetween } from '@ballast/money';
import type { Execution } from '../domain/decide-execution.js';
import type { Heard } from './paper-ledger.js';

/** All that happens to one order and to the position it opens, and what it holds in whole units. */
export interface Story {
  readonly hold: bigint;
  readonly events: readonly Heard[];
}

/** Quantities are counted in parts of `scale` to the whole. */
export interface StoryTerms {
  readonly limit: Decimal;
  /** What is filled, and how many cents better than the limit (worse below zero). */
  readonly parts: readonly { readonly count: number; readonly better: number }[];
  /** What is never filled. */
  readonly rest: number;
  readonly scale: number;
  /** The price at which the position is sold again; undefined keeps it. */
  readonly exitPrice: Decimal | undefined;
}

/** An entry that is placed, filled in parts and ended unless they fill it, and the exit of what it bought, in two parts. */
export function storyOf(orderId: string, terms: StoryTerms): Story {
  const { limit, parts, rest, scale } = terms;
  const filled = parts.reduce((sum, part) => sum + part.count, 0);
  const orderQuantity = new Decimal(filled + rest).div(scale);
  const worst = orderQuantity.times(limit);
  const hold = toUnits(worst, 'USD', 'up') + toUnits(worst.times(FEE_RATE), 'USD', 'up');
  const fills = parts.map(({ count, better }) => ({ count, price: limit.minus(new Decimal(better).div(100)) }));
  const entries = executionsOf(orderId, fills, { total: filled + rest, scale });
  const ends: Heard[] = rest > 0 ? [{ kind: 'ended', orderId, executions: parts.length }] : [];
  const heardEntries = entries.map((execution): Heard => ({ kind: 'entry', execution }));
  const events: Heard[] = [{ kind: 'placed', orderId, units: hold }, ...heardEntries, ...ends];
  return { hold, events: [...events, ...exitOf(`${orderId}-exit`, entries, terms)] };
}

const FEE_RATE = '0.001';

function exitOf(orderId: string, entries: readonly Execution[], { parts, scale, exitPrice }: StoryTerms): Heard[] {
  const filled = parts.reduce((sum, part) => sum + part.count, 0);
  if (exitPrice === undefined || filled < 2) return [];
  const counts = [1, filled - 1];
  const fills = counts.map((count) => ({ count, price: exitPrice }));
  const exits = executionsOf(orderId, fills, { total: filled, scale });
  let costLeft = entries.reduce(
    (sum, entry) => sum + unitsBetween(entry.notionalBefore, entry.notionalAfter, 'USD'),
    0n,
  );
  let left = filled;
  return exits.map((exit, index): Heard => {
    const count = counts[index] ?? 0;
    const closedCostUnits = shareOfUnits(costLeft, new Decimal(count), new Decimal(left));
    costLeft -= closedCostUnits;
    left -= count;
    return { kind: 'exit', execution: { ...exit, closedCostUnits } };
  });
}

function executionsOf(
  orderId: string,
  fills: readonly { readonly count: number; readonly price: Decimal }[],
  { total, scale }: { readonly total: number; readonly scale: number },
): Execution[] {
  const orderQuantity = new Decimal(total).div(scale);
  const feeFor = (notional: Decimal): Decimal => notional.times(FEE_RATE).toDecimalPlaces(2, Decimal.ROUND_HALF_EVEN);
  let done = 0;
  let notional = new Decimal(0);
  return fills.map(({ count, price }, index) => {
    const quantityBefore = new Decimal(done).div(scale);
    const before = { quantityBefore, notionalBefore: notional, feeBefore: feeFor(notional) };
    done += count;
    notional = notional.plus(price.times(count).div(scale));
    const after = { quantityAfter: new Decimal(done).div(scale), notionalAfter: notional, feeAfter: feeFor(notional) };
    const what = { orderId, number: index + 1, orderQuantity, closedCostUnits: 0n, fillsOrder: done === total };
    return { ...what, ...before, ...after };
  });
}
