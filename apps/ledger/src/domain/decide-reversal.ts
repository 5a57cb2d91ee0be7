import type { PostingKind } from '@ballast/contracts/ledger';
import { freeCapitalLegs } from './account.js';
import type { Account, LedgerAccount, Legs } from './account.js';
import { refusalOfSpending } from './decide-hold.js';
import type { MoveDecision } from './decide-move.js';
import type { PostingContent } from './posting.js';

/** What was entered by hand, and so can be taken back. */
export const REVERSIBLE_KINDS: readonly PostingKind[] = ['deposit', 'withdrawal', 'fee', 'adjustment'];

/** Id of the posting that takes back the one with this id; there can be only one. */
export function reversalIdOf(postingId: string): string {
  return `posting:reversal:${postingId}`;
}

/**
 * Takes a posting back: what it did to any account but the free capital is undone exactly, and what the free capital
 * loses must be available; what it gains repays the shortfall first.
 */
export function decideReversal(account: Account, original: PostingContent, isReversed: boolean): MoveDecision {
  const refused = (code: 'posting-not-reversible' | 'posting-already-reversed', value: string): MoveDecision => ({
    outcome: 'refused',
    refusal: { code, limit: REVERSIBLE_KINDS.join(', '), value },
  });
  if (!REVERSIBLE_KINDS.includes(original.about)) return refused('posting-not-reversible', original.about);
  if (isReversed) return refused('posting-already-reversed', original.id);
  const gained = -freedBy(original);
  const refusal = refusalOfSpending({ ...account, limits: {} }, gained < 0n ? -gained : 0n);
  if (refusal !== undefined) return { outcome: 'refused', refusal };
  const undone: Legs = Object.fromEntries(
    Object.entries(original.legs)
      .filter(([name]) => !FREE.includes(name as LedgerAccount))
      .map(([name, units]) => [name, -BigInt(units)]),
  );
  return { outcome: 'moved', legs: { ...undone, ...freeCapitalLegs(account.balances, gained) }, units: gained };
}

const FREE: readonly LedgerAccount[] = ['available', 'shortfall'];

/** What a posting added to the free capital: to what is available, and by repaying the shortfall. */
export function freedBy({ legs }: Pick<PostingContent, 'legs'>): bigint {
  return FREE.reduce((sum, name) => sum + BigInt(legs[name] ?? 0), 0n);
}
