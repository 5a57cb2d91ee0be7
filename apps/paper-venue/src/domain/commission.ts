import { Decimal } from '@ballast/money';
import type { Match } from './matching.js';
import type { Order } from './order.js';

/** The venue's fee as a share of notional: 0.1 %. */
export const COMMISSION_RATE = new Decimal('0.001');
/** Commissions are in cents. */
export const COMMISSION_DECIMALS = 2;

/**
 * The commission of an order's next execution in dollars: the rounded commission of all it has traded after it, less that
 * before it, each half-even to cents, so that the parts of an order cost what the whole would have.
 */
export function commissionOf(order: Order, match: Match): Decimal {
  const after = order.filledNotional.plus(match.quantity.times(match.price));
  return roundedCommission(after).minus(roundedCommission(order.filledNotional));
}

function roundedCommission(notional: Decimal): Decimal {
  return notional.times(COMMISSION_RATE).toDecimalPlaces(COMMISSION_DECIMALS, Decimal.ROUND_HALF_EVEN);
}
