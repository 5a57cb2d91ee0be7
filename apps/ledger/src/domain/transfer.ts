import { freeCapitalLegs } from './account.js';
import type { Account, Legs } from './account.js';
import { refusalOfSpending } from './decide-hold.js';
import type { CapitalRefusal } from './decide-move.js';

/** Capital that one profile gives to another one of the same owner. */
export interface Transfer {
  readonly id: string;
  readonly fromProfileId: string;
  readonly toProfileId: string;
  readonly asset: string;
  /** Above zero. */
  readonly units: bigint;
}

export type TransferDecision =
  | { readonly outcome: 'moved'; readonly legs: Legs }
  | { readonly outcome: 'refused'; readonly refusal: CapitalRefusal };

/** Ids of the postings of a transfer: each step happens once, whoever takes it and however often. */
export function stepIdOf(transferId: string, step: 'reserved' | 'in' | 'out'): string {
  return `posting:${transferId}:${step}`;
}

/** The first step: takes the amount out of what is available and puts it on its way. */
export function decideTransfer(from: Account, to: Account | undefined, transfer: Transfer): TransferDecision {
  const { toProfileId, units } = transfer;
  const refused = (code: CapitalRefusal['code'], limit: string, value: string): TransferDecision => ({
    outcome: 'refused',
    refusal: { code, limit, value },
  });
  if (toProfileId === from.profileId) return refused('transfer-to-itself', 'another profile', toProfileId);
  if (to === undefined || to.ownerId !== from.ownerId || to.asset !== from.asset) {
    return refused('transfer-target-unknown', 'a profile of the same owner', toProfileId);
  }
  const refusal = refusalOfReceipt(to) ?? refusalOfSpending(from, units);
  if (refusal !== undefined) return { outcome: 'refused', refusal };
  return { outcome: 'moved', legs: { available: -units, 'in-transit': units } };
}

/** The second step: the other profile takes the amount, unless it was closed meanwhile. */
export function decideReceipt(to: Account, { units }: Transfer): TransferDecision {
  const refusal = refusalOfReceipt(to);
  if (refusal !== undefined) return { outcome: 'refused', refusal };
  return { outcome: 'moved', legs: { ...freeCapitalLegs(to.balances, units), funding: -units } };
}

/** The third step: what was on its way has left this profile, or is back because the other did not take it. */
export function finalLegs(from: Account, { units }: Transfer, isReturned: boolean): Legs {
  const end: Legs = isReturned ? freeCapitalLegs(from.balances, units) : { funding: units };
  return { 'in-transit': -units, ...end };
}

function refusalOfReceipt({ closedAt }: Account): CapitalRefusal | undefined {
  if (closedAt === undefined) return undefined;
  return { code: 'transfer-target-closed', limit: 'open', value: `closed at ${closedAt}` };
}
