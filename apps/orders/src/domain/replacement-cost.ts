import { CAPITAL_ASSET, Decimal, toUnits } from '@ballast/money';
import { remainingQuantity } from './order.js';
import type { Order } from './order.js';
import type { RiskLimits } from './risk-limits.js';
import { heldPrice } from './replacement.js';
import type { LiveTerms } from './replacement.js';

/** A unit each for cost and fee of two orders at the broker, which are rounded each on its own. */
const TWO_ORDERS_UNITS = 2n;
/** A unit each for cost and fee: what is posted of the rest is the difference of two sums that are rounded. */
const AFTER_FILLS_UNITS = 2n;

/**
 * What the rest of an entry may cost at worst, or need as collateral where it sells short, without fees, while it is not known whether it has its terms or these:
 * whatever the broker fills before it takes them is at the old price, so what both have counts at the higher one.
 */
export function worstWhileAsked(order: Order, asked: LiveTerms | undefined): Decimal {
  const left = remainingQuantity(order);
  const price = heldPrice(order) ?? new Decimal(0);
  if (asked === undefined) return left.times(price);
  const wanted = asked.quantity.minus(order.filledQuantity);
  const other = heldPrice(asked) ?? new Decimal(0);
  const shared = Decimal.max(0, Decimal.min(left, wanted));
  const taken = shared.times(Decimal.max(price, other)).plus(Decimal.max(0, wanted.minus(shared)).times(other));
  return Decimal.max(taken, left.times(price));
}

/** What the rest of an entry may cost, or bring where it sells short, as risk limits count it, in USD. */
export function askedForBy(
  order: Order,
  asked: LiveTerms | undefined,
  { shortCollateralRatio }: Pick<RiskLimits, 'shortCollateralRatio'>,
): Decimal {
  const worst = worstWhileAsked(order, asked);
  return order.collateralPrice === undefined ? worst : worst.div(shortCollateralRatio);
}

/**
 * What must be held for the rest of the order before the broker is asked for these terms, in whole units of USD: also where it
 * is filled in part before it has them, so that what is left then is what must be held for the rest.
 */
export function unitsWhileAsked(order: Order, asked: LiveTerms, feeRate: Decimal): bigint {
  return unitsOf(worstWhileAsked(order, asked), feeRate) + TWO_ORDERS_UNITS + AFTER_FILLS_UNITS;
}

/** What must be held for the rest of the order under terms that it has now, in whole units of USD. */
export function unitsOfRest(order: Order, terms: LiveTerms, feeRate: Decimal): bigint {
  const rest = terms.quantity.minus(order.filledQuantity).times(heldPrice(terms) ?? 0);
  return unitsOf(rest, feeRate) + (order.executions > 0 ? AFTER_FILLS_UNITS : 0n);
}

function unitsOf(notional: Decimal, feeRate: Decimal): bigint {
  return toUnits(notional, CAPITAL_ASSET, 'up') + toUnits(notional.times(feeRate), CAPITAL_ASSET, 'up');
}
