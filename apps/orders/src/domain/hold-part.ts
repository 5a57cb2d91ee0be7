import { CAPITAL_ASSET, Decimal, toUnits } from '@ballast/money';
import { remainingQuantity } from './order.js';
import type { Order } from './order.js';
import { heldPrice } from './replacement.js';

/** An entry as it is before or after an execution, as far as what it may cost depends on it. */
type Filled = Pick<Order, 'notional' | 'fees' | 'filledQuantity'>;

/** An execution, and the broker's fee for it; `feeRate` of the notional where it reports none. */
export interface Costs {
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly fee: Decimal | undefined;
  readonly feeRate: Decimal;
}

/**
 * The part of what is held for an entry that belongs to an execution, in whole units: what the rest of the order might still
 * have cost before it, less what it may cost after it. Each of these is what the ledger would post of the rest if all of it
 * were filled at the worst price, rounded just so. Therefore the part covers what the execution costs at that price or a
 * better one, and all parts together are what the whole order could cost at worst. Never below zero; `undefined` for an
 * order without a worst price.
 */
export function holdPart(order: Order, after: Filled, costs: Costs): bigint | undefined {
  const price = heldPrice(order);
  if (price === undefined) return undefined;
  const part = restUnits(order, order, { ...costs, price }) - restUnits(order, after, { ...costs, price });
  return part > 0n ? part : 0n;
}

function restUnits(order: Order, filled: Filled, { price, fee, feeRate }: Costs): bigint {
  const { notional, fees, filledQuantity } = filled;
  const rest = remainingQuantity({ ...order, filledQuantity }).times(price);
  const reserved = order.collateralPrice === undefined ? notional : filledQuantity.times(order.collateralPrice);
  // A scheduled fee is of the whole notional, rounded once; on fees of the broker's own the schedule of the rest comes.
  const feesAtWorst = fee === undefined ? notional.plus(rest).times(feeRate) : fees.plus(rest.times(feeRate));
  return rounded(reserved.plus(rest)) - rounded(reserved) + rounded(feesAtWorst) - rounded(fees);
}

function rounded(amount: Decimal): bigint {
  return toUnits(amount, CAPITAL_ASSET, 'half-even');
}
