import { freeCapitalLegs } from './account.js';
import type { Account, Balances, Legs } from './account.js';
import { decideHold } from './decide-hold.js';
import type { SpendingRefusal } from './decide-hold.js';
import { evolveHold } from './hold.js';
import type { Hold, HoldEvent } from './hold.js';
import type { Decimal } from '@ballast/money';

/** What must be there before something of a replacement can be: the order's hold, what came before it, or its fills so far. */
export type Missing = 'hold' | 'replacement' | 'execution';
interface TooEarly {
  readonly outcome: 'too-early';
  readonly missing: Missing;
}
/** Known already, or the order has ended and its hold goes as a whole. */
interface NothingToDo {
  readonly outcome: 'nothing-to-do';
}

/** Other terms that an entry is to have. */
export interface Raise {
  readonly orderId: string;
  readonly revision: number;
  /** What must be reserved for what was left of the order after `executions`, in whole units. */
  readonly holdUnits: bigint;
  readonly executions: number;
}

export type RaiseDecision =
  | NothingToDo
  | TooEarly
  | { readonly outcome: 'held'; readonly hold: Hold; readonly units: bigint; readonly legs: Legs }
  | { readonly outcome: 'declined'; readonly hold: Hold; readonly refusal: SpendingRefusal };

/**
 * Reserves what other terms of an order need beyond what is reserved for it, nothing where that is enough, or declines.
 * Replacements of an order are taken one after the other, each after every execution that was counted when it was asked for.
 */
export function decideRaise(account: Account, hold: Hold | undefined, raise: Raise): RaiseDecision {
  if (hold === undefined) return { outcome: 'too-early', missing: 'hold' };
  const { orderId, revision } = raise;
  if (hasEnded(hold) || hold.asked >= revision) return { outcome: 'nothing-to-do' };
  const missing = missingFor(hold, raise);
  if (missing !== undefined) return { outcome: 'too-early', missing };
  const units = raise.holdUnits > hold.remaining ? raise.holdUnits - hold.remaining : 0n;
  const decision = decideHold(account, units);
  if (decision.outcome === 'declined') {
    const declined = evolveHold(orderId, hold, { kind: 'raise-declined', revision });
    return { outcome: 'declined', hold: declined, refusal: decision.refusal };
  }
  const raised = evolveHold(orderId, hold, { kind: 'raised', revision, units });
  return { outcome: 'held', hold: raised, units, legs: decision.legs };
}

/** What became of a replacement: the order has the other terms, or stays as it was. */
export type Replacement = {
  readonly orderId: string;
  readonly revision: number;
} & (
  | {
      readonly kind: 'replaced';
      /** What the order needs from now on, in whole units. */
      readonly holdUnits: bigint;
      /** Executed so far, and in how many executions. */
      readonly quantity: Decimal;
      readonly executions: number;
    }
  | { readonly kind: 'rejected'; readonly hasAsked: boolean }
);

export type SurplusDecision =
  | NothingToDo
  | TooEarly
  | { readonly outcome: 'noted'; readonly hold: Hold }
  | { readonly outcome: 'released'; readonly hold: Hold; readonly legs: Legs; readonly releasedUnits: bigint };

/** Sets free what is reserved beyond what the order needs now that it is known which terms it has. */
export function decideSurplus(balances: Balances, hold: Hold | undefined, replacement: Replacement): SurplusDecision {
  if (hold === undefined) return { outcome: 'too-early', missing: 'hold' };
  const { orderId, revision, kind } = replacement;
  const goesAsAWhole = hold.state !== 'held' || (kind === 'rejected' && hasEnded(hold));
  if (goesAsAWhole || hold.settled >= revision) return { outcome: 'nothing-to-do' };
  const missing = kind === 'replaced' ? missingFor(hold, replacement) : missingForRejection(hold, replacement);
  if (missing !== undefined) return { outcome: 'too-early', missing };
  const after = evolveHold(orderId, hold, eventOf(replacement));
  const releasedUnits = hold.remaining - after.remaining;
  if (releasedUnits === 0n) return { outcome: 'noted', hold: after };
  const legs = { 'reserved-for-orders': -releasedUnits, ...freeCapitalLegs(balances, releasedUnits) };
  return { outcome: 'released', hold: after, legs, releasedUnits };
}

function eventOf(replacement: Replacement): HoldEvent {
  const { revision } = replacement;
  return replacement.kind === 'rejected'
    ? { kind: 'replace-rejected', revision }
    : { kind: 'replaced', revision, units: replacement.holdUnits, quantity: replacement.quantity };
}

function missingFor(hold: Hold, after: { revision: number; executions: number }): Missing | undefined {
  if (hold.settled < after.revision - 1) return 'replacement';
  return hold.posted.upTo < after.executions ? 'execution' : undefined;
}

function missingForRejection(
  { settled, asked }: Hold,
  { revision, hasAsked }: { revision: number; hasAsked: boolean },
): Missing | undefined {
  return settled < revision - 1 || (hasAsked && asked < revision) ? 'replacement' : undefined;
}

/** Whether the whole hold goes with the last execution, or is gone. */
function hasEnded({ state, executions }: Hold): boolean {
  return state !== 'held' || executions !== undefined;
}
