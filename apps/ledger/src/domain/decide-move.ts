import type { Refusal } from '@ballast/contracts';
import type { Account, Legs } from './account.js';
import { freeCapitalLegs } from './account.js';
import { refusalOf } from './decide-hold.js';

export type MoveKind = 'deposit' | 'withdrawal';

/** Either the money moves, or a withdrawal asks for more than is available and nothing moves. */
export type MoveDecision =
  { readonly outcome: 'moved'; readonly legs: Legs } | { readonly outcome: 'refused'; readonly refusal: Refusal };

/** Moves `units` above zero between the outside and what is available; a deposit repays the shortfall first. */
export function decideMove(account: Account, kind: MoveKind, units: bigint): MoveDecision {
  if (kind === 'deposit') {
    return { outcome: 'moved', legs: { ...freeCapitalLegs(account.balances, units), funding: -units } };
  }
  const refusal = refusalOf(account, units);
  if (refusal !== undefined) return { outcome: 'refused', refusal };
  return { outcome: 'moved', legs: { available: -units, funding: units } };
}
