import { ZERO_BALANCES, emptyAccount } from '../domain/account.js';
import type { Account, Balances, CapitalLimits } from '../domain/account.js';
import { decideMove } from '../domain/decide-move.js';
import type { AmountKind } from '../domain/decide-move.js';
import { post } from '../domain/posting.js';
import type { Posting } from '../domain/posting.js';

/** When everything happens in tests of pure decisions. */
export const AT = '2026-11-02T10:00:00.000Z';

/** An account in USD with these balances, in cents; the rest is zero. */
export function accountWith(balances: Partial<Balances>, limits: CapitalLimits = {}): Account {
  return { ...emptyAccount('prf_1', 'usr_1', 'USD'), balances: { ...ZERO_BALANCES, ...balances }, limits };
}

/** A movement that the account allows, posted. */
export function postingOf(account: Account, kind: AmountKind, units: bigint): { posting: Posting; account: Account } {
  const decision = decideMove(account, kind, units);
  if (decision.outcome !== 'moved') throw new Error(decision.refusal.code);
  return post(account, { id: `posting:${kind}`, kind, cause: 'test', legs: decision.legs }, AT);
}
