import { unitsText } from '@ballast/money';
import type { Account, Balances } from './account.js';
import { refusalOfClosed } from './decide-hold.js';
import type { CapitalRefusal } from './decide-move.js';

/** Whether the account changes its state, or why not. */
export type StateDecision =
  | { readonly outcome: 'changed'; readonly account: Account }
  | { readonly outcome: 'refused'; readonly refusal: CapitalRefusal };

/** What must be nothing before an account can be closed, the first that is not being the answer. */
const STANDING = [
  ['reservedForOrders', 'holds-standing'],
  ['reservedForPositions', 'positions-standing'],
  ['inTransit', 'transfers-pending'],
  ['shortfall', 'shortfall-standing'],
  ['available', 'money-standing'],
] as const satisfies readonly (readonly [keyof Balances, CapitalRefusal['code']])[];

/** Closes an account in which nothing stands. From then on it refuses what is ours and posts what is the broker's. */
export function decideClosing(account: Account, now: string): StateDecision {
  const closed = refusalOfClosed(account);
  if (closed !== undefined) return { outcome: 'refused', refusal: closed };
  const standing = STANDING.find(([field]) => account.balances[field] !== 0n);
  if (standing === undefined) return { outcome: 'changed', account: { ...account, closedAt: now } };
  const [field, code] = standing;
  const text = (units: bigint): string => unitsText(units, account.asset);
  return { outcome: 'refused', refusal: { code, limit: text(0n), value: text(account.balances[field]) } };
}

/** Opens a closed account again. */
export function decideReopening(account: Account): StateDecision {
  const { closedAt, ...open } = account;
  if (closedAt !== undefined) return { outcome: 'changed', account: open };
  return { outcome: 'refused', refusal: { code: 'account-not-closed', limit: 'closed', value: 'open' } };
}
