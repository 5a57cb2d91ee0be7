import { Decimal, toUnits } from '@ballast/money';
import type { Heard } from './paper-ledger.js';

/** All that happens to one order, and what it holds in whole units. */
export interface Story {
  readonly hold: bigint;
  readonly events: readonly Heard[];
}

/** An order of `quantity` at `limit` (or beyond it by `beyond`), filled in `parts`, ended unless they fill it. */
export function storyOf(
  orderId: string,
  terms: { limit: Decimal; parts: { units: number; better: number }[]; rest: number; scale: number },
): Story {
  const { limit, parts, rest, scale } = terms;
  const inUnits = (count: number): Decimal => new Decimal(count).div(scale);
  const orderQuantity = inUnits(parts.reduce((sum, part) => sum + part.units, rest));
  const worst = orderQuantity.times(limit);
  const feeFor = (notional: Decimal): Decimal => notional.times('0.001').toDecimalPlaces(2, Decimal.ROUND_HALF_EVEN);
  let quantity = new Decimal(0);
  let notional = new Decimal(0);
  const entries = parts.map((part, index): Heard => {
    const before = { quantityBefore: quantity, notionalBefore: notional, feeBefore: feeFor(notional) };
    quantity = quantity.plus(inUnits(part.units));
    notional = notional.plus(inUnits(part.units).times(limit.minus(new Decimal(part.better).div(100))));
    const after = { quantityAfter: quantity, notionalAfter: notional, feeAfter: feeFor(notional) };
    const fillsOrder = rest === 0 && index === parts.length - 1;
    const what = { orderId, number: index + 1, orderQuantity, closedCostUnits: 0n, fillsOrder };
    return { kind: 'entry', execution: { ...what, ...before, ...after } };
  });
  const hold = toUnits(worst, 'USD', 'up') + toUnits(worst.times('0.001'), 'USD', 'up');
  const ends: Heard[] = rest > 0 || parts.length === 0 ? [{ kind: 'ended', orderId, executions: parts.length }] : [];
  return { hold, events: [{ kind: 'placed', orderId, units: hold }, ...entries, ...ends] };
}
