import type { HOLD_REFUSAL_CODES, Refusal } from '@ballast/contracts';
import { faults } from '@ballast/faults';
import { unitsText } from '@ballast/money';
import type { Account, Legs } from './account.js';

/** Why available capital cannot be taken. */
export type SpendingRefusal = Refusal<(typeof HOLD_REFUSAL_CODES)[number]>;

/** Either the money is reserved, or it may not be and nothing moves. */
export type HoldDecision =
  | { readonly outcome: 'held'; readonly legs: Legs }
  | { readonly outcome: 'declined'; readonly refusal: SpendingRefusal };

/** Reserves `units` for an order out of what is available, all or nothing. */
export function decideHold(account: Account, units: bigint): HoldDecision {
  const refusal = refusalOfSpending(account, units) ?? aboveLimit(account, units);
  if (refusal !== undefined && !faults.isWithout('hold-check')) return { outcome: 'declined', refusal };
  return { outcome: 'held', legs: { 'reserved-for-orders': units, available: -units } };
}

/** Why `units` cannot be taken from what is available, the first that applies; undefined when they can. */
export function refusalOfSpending(account: Account, units: bigint): SpendingRefusal | undefined {
  const { available } = account.balances;
  const { availableMin } = account.limits;
  const text = (amount: bigint): string => unitsText(amount, account.asset);
  const closed = refusalOfClosed(account);
  if (closed !== undefined) return closed;
  if (units > available) return { code: 'insufficient-capital', limit: text(available), value: text(units) };
  if (units === 0n || availableMin === undefined || available - units >= availableMin) return undefined;
  return { code: 'available-below-floor', limit: text(availableMin), value: text(available - units) };
}

/** The refusal of anything new while the account is closed. */
export function refusalOfClosed({ closedAt }: Account): SpendingRefusal | undefined {
  return closedAt === undefined ? undefined : { code: 'account-closed', limit: 'open', value: `closed at ${closedAt}` };
}

function aboveLimit({ asset, balances, limits }: Account, units: bigint): SpendingRefusal | undefined {
  const reserved = balances.reservedForOrders + balances.reservedForPositions + units;
  if (units === 0n || limits.reservedMax === undefined || reserved <= limits.reservedMax) return undefined;
  const [limit, value] = [unitsText(limits.reservedMax, asset), unitsText(reserved, asset)];
  return { code: 'reserved-above-limit', limit, value };
}
