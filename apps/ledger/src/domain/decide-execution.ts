import { shareOfUnits, unitsBetween } from '@ballast/money';
import type { Decimal } from '@ballast/money';
import { freeCapitalLegs } from './account.js';
import type { Account, Legs } from './account.js';
import { evolveHold, isComplete, isPosted } from './hold.js';
import type { Hold } from './hold.js';

/** One execution as orders reports it. Amounts are cumulative over the order before and after it, exact, unrounded. */
export interface Execution {
  readonly orderId: string;
  /** Its number within the order, from 1. */
  readonly number: number;
  readonly orderQuantity: Decimal;
  readonly quantityBefore: Decimal;
  readonly quantityAfter: Decimal;
  readonly notionalBefore: Decimal;
  readonly notionalAfter: Decimal;
  readonly feeBefore: Decimal;
  readonly feeAfter: Decimal;
  /** For an entry: its part of the hold, in whole units; absent in events of before orders told it. */
  readonly holdPartUnits?: bigint | undefined;
  /** For an exit: cost of the closed part of the position, in whole units. */
  readonly closedCostUnits: bigint;
  /** In a short trade: the collateral that it is to reserve, or that it sets free, in whole units. */
  readonly collateralUnits?: bigint | undefined;
  /** For an exit of a short trade: what the closed part of it was sold for, in whole units. */
  readonly closedProceedsUnits?: bigint | undefined;
  /** Whether it fills the order, which then has `number` executions. */
  readonly fillsOrder: boolean;
  /** The replacement under whose terms it was executed; absent under those of the placement. */
  readonly revision?: number | undefined;
}

/** What settling an execution moves, in whole units. */
export interface Settlement {
  readonly legs: Legs;
  /** Cost of a purchase, proceeds of a sale. */
  readonly notionalUnits: bigint;
  readonly feeUnits: bigint;
  readonly realizedPnlUnits: bigint;
  /** The rest of the hold that it set free. */
  readonly releasedUnits: bigint;
}

export type ExecutionDecision =
  | { readonly outcome: 'posted'; readonly settlement: Settlement; readonly hold: Hold | undefined }
  | { readonly outcome: 'already-posted' }
  /** What must be posted before this can be. */
  | { readonly outcome: 'too-early'; readonly missing: 'hold' | 'position' | 'replacement' };

/**
 * Settles an execution that opened a position: its cost, or the collateral of a short one, and its fee come out of its part of the hold, then out of the rest of
 * the hold, then out of what is available, then out of the shortfall; what its part leaves over becomes available.
 */
export function decideEntryExecution(
  account: Account,
  hold: Hold | undefined,
  execution: Execution,
): ExecutionDecision {
  if (hold === undefined) return { outcome: 'too-early', missing: 'hold' };
  if (isPosted(hold.posted, execution.number)) return { outcome: 'already-posted' };
  if (hold.state === 'held' && (execution.revision ?? 0) > hold.revision)
    return { outcome: 'too-early', missing: 'replacement' };
  const { notionalUnits, feeUnits } = amountsOf(execution, account.asset);
  const { collateralUnits: reservedUnits = notionalUnits } = execution;
  const charge = reservedUnits + feeUnits;
  const usedUnits = least(hold.remaining, greatest(partOf(hold, execution), charge));
  const posted = afterExecution(hold, execution, usedUnits);
  const isLast = posted.state === 'held' && isComplete(posted);
  const releasedUnits = isLast ? posted.remaining : 0n;
  const legs: Legs = {
    'reserved-for-orders': -usedUnits - releasedUnits,
    'reserved-for-positions': reservedUnits,
    fees: feeUnits,
    ...freeCapitalLegs(account.balances, usedUnits + releasedUnits - charge),
  };
  return {
    outcome: 'posted',
    settlement: { legs, notionalUnits, feeUnits, realizedPnlUnits: 0n, releasedUnits },
    hold: isLast ? evolveHold(hold.orderId, posted, { kind: 'released' }) : posted,
  };
}

/**
 * Settles an execution that closed a position or a part of it: what was reserved for that leaves the positions and becomes
 * available, more by the profit or less by the loss and the fee. Profit is what it was sold for less what it was bought for,
 * whichever came first. Whether it is posted already, its posting's id decides.
 */
export function decideExitExecution(account: Account, execution: Execution): ExecutionDecision {
  const { closedCostUnits, closedProceedsUnits, collateralUnits: reservedUnits = closedCostUnits } = execution;
  if (reservedUnits > account.balances.reservedForPositions) return { outcome: 'too-early', missing: 'position' };
  const { notionalUnits, feeUnits } = amountsOf(execution, account.asset);
  const realizedPnlUnits =
    closedProceedsUnits === undefined ? notionalUnits - closedCostUnits : closedProceedsUnits - notionalUnits;
  const legs: Legs = {
    'reserved-for-positions': -reservedUnits,
    'realized-pnl': -realizedPnlUnits,
    fees: feeUnits,
    ...freeCapitalLegs(account.balances, reservedUnits + realizedPnlUnits - feeUnits),
  };
  const settlement = { legs, notionalUnits, feeUnits, realizedPnlUnits, releasedUnits: 0n };
  return { outcome: 'posted', settlement, hold: undefined };
}

function amountsOf(execution: Execution, asset: string): { notionalUnits: bigint; feeUnits: bigint } {
  return {
    notionalUnits: unitsBetween(execution.notionalBefore, execution.notionalAfter, asset),
    feeUnits: unitsBetween(execution.feeBefore, execution.feeAfter, asset),
  };
}

/** The part of the hold that belongs to the execution: as orders tells it, else the share of the executed quantity. */
function partOf({ units, base }: Hold, execution: Execution): bigint {
  const { quantityBefore, quantityAfter, orderQuantity, holdPartUnits } = execution;
  if (holdPartUnits !== undefined) return holdPartUnits;
  const whole = orderQuantity.minus(base);
  return shareOfUnits(units, quantityAfter.minus(base), whole) - shareOfUnits(units, quantityBefore.minus(base), whole);
}

function afterExecution(hold: Hold, { orderId, number, fillsOrder }: Execution, usedUnits: bigint): Hold {
  const posted = evolveHold(orderId, hold, { kind: 'execution-posted', number, usedUnits });
  return fillsOrder ? evolveHold(orderId, posted, { kind: 'end-noted', executions: number }) : posted;
}

function least(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}

function greatest(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}
