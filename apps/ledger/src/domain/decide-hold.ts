import type { Refusal } from '@ballast/contracts';
import { unitsText } from '@ballast/money';
import type { Account, Legs } from './account.js';

/** Either the money is reserved, or there is too little and nothing moves. */
export type HoldDecision =
  { readonly outcome: 'held'; readonly legs: Legs } | { readonly outcome: 'declined'; readonly refusal: Refusal };

/** Reserves `units` for an order out of what is available, all or nothing. */
export function decideHold(account: Account, units: bigint): HoldDecision {
  const refusal = refusalOf(account, units);
  if (refusal !== undefined) return { outcome: 'declined', refusal };
  return { outcome: 'held', legs: { 'reserved-for-orders': units, available: -units } };
}

/** Why `units` cannot be taken from what is available, as decimals of the asset; undefined when they can. */
export function refusalOf({ asset, balances }: Account, units: bigint): Refusal | undefined {
  if (units <= balances.available) return undefined;
  return {
    code: 'insufficient-capital',
    limit: unitsText(balances.available, asset),
    value: unitsText(units, asset),
  };
}
