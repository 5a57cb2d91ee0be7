import type { CapitalRefusalCode, Refusal } from '@ballast/contracts';
import type { MoveKind } from '@ballast/contracts/ledger';
import type { Account, Legs } from './account.js';
import { freeCapitalLegs } from './account.js';
import { Decimal, toUnits, unitsText } from '@ballast/money';
import { refusalOfClosed, refusalOfSpending } from './decide-hold.js';

/**
 * Most that is available in an account after it was given something, in whole units of the asset. A thousand such accounts
 * together still have no more digits than a decimal of the API.
 */
const AVAILABLE_MAX = new Decimal('1e15');

/** Why a request about capital is refused. */
export type CapitalRefusal = Refusal<CapitalRefusalCode>;

/** What somebody asks to move by naming an amount. */
export type AmountKind = Exclude<MoveKind, 'reversal'>;

/** Either the money moves, or nothing does. `units` is what it adds to the free capital. */
export type MoveDecision =
  | { readonly outcome: 'moved'; readonly legs: Legs; readonly units: bigint }
  | { readonly outcome: 'refused'; readonly refusal: CapitalRefusal };

/**
 * Moves `units` between what is free and where the kind says; above zero, but for an adjustment. What comes repays the
 * shortfall first. A fee is the broker's doing: it is posted even from a closed account, and beyond what is available it
 * becomes shortfall; anything else is ours and takes no more than is available.
 */
export function decideMove(account: Account, kind: AmountKind, units: bigint): MoveDecision {
  const gained = kind === 'deposit' || kind === 'adjustment' ? units : -units;
  const refusal = refusalOfMove(account, kind, gained);
  if (refusal !== undefined) return { outcome: 'refused', refusal };
  const legs: Legs = { ...freeCapitalLegs(account.balances, gained), [COUNTERPART[kind]]: -gained };
  return { outcome: 'moved', legs, units: gained };
}

const COUNTERPART = {
  deposit: 'funding',
  withdrawal: 'funding',
  fee: 'fees',
  adjustment: 'realized-pnl',
} as const;

function refusalOfMove(account: Account, kind: AmountKind, gained: bigint): CapitalRefusal | undefined {
  if (kind === 'fee') return undefined;
  if (gained > 0n) return refusalOfClosed(account) ?? aboveLimit(account, gained);
  // A correction may take what must stay available: the floor is for what somebody chooses to spend.
  return refusalOfSpending(kind === 'withdrawal' ? account : { ...account, limits: {} }, -gained);
}

function aboveLimit({ asset, balances }: Account, gained: bigint): CapitalRefusal | undefined {
  const [most, available] = [toUnits(AVAILABLE_MAX, asset, 'half-even'), balances.available + gained];
  if (available <= most) return undefined;
  return { code: 'available-above-limit', limit: unitsText(most, asset), value: unitsText(available, asset) };
}

/** The refusal of a request that was decided on other balances than these. */
export function refusalOfVersion(account: Account, expected: number | undefined): CapitalRefusal | undefined {
  if (expected === undefined || expected === account.postings) return undefined;
  return { code: 'version-stale', limit: `${account.postings}`, value: `${expected}` };
}
