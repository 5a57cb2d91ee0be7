import { freeCapitalLegs } from './account.js';
import type { Balances, Legs } from './account.js';
import { evolveHold, isComplete } from './hold.js';
import type { Hold } from './hold.js';

/** What the end of an entry order does to its hold. */
export type EndDecision =
  /** Known already, or nothing was held. */
  | { readonly outcome: 'nothing-to-do' }
  /** The placement was not heard yet; the mark makes it hold nothing when it comes. */
  | { readonly outcome: 'tombstone'; readonly hold: Hold }
  /** Executions are still to be posted; the last of them releases the rest. */
  | { readonly outcome: 'noted'; readonly hold: Hold }
  | { readonly outcome: 'released'; readonly hold: Hold; readonly legs: Legs; readonly releasedUnits: bigint };

/** Notes that an order ended with `executions` executions, and releases the rest of its hold if all are posted. */
export function decideEnd(
  balances: Balances,
  hold: Hold | undefined,
  end: { readonly orderId: string; readonly executions: number },
): EndDecision {
  if (hold === undefined) {
    const tombstone = evolveHold(end.orderId, undefined, { kind: 'end-noted', executions: end.executions });
    return { outcome: 'tombstone', hold: tombstone };
  }
  if (hold.state !== 'held' || (hold.executions ?? -1) >= end.executions) return { outcome: 'nothing-to-do' };
  const noted = evolveHold(end.orderId, hold, { kind: 'end-noted', executions: end.executions });
  if (!isComplete(noted)) return { outcome: 'noted', hold: noted };
  return {
    outcome: 'released',
    hold: evolveHold(end.orderId, noted, { kind: 'released' }),
    legs: { 'reserved-for-orders': -noted.remaining, ...freeCapitalLegs(balances, noted.remaining) },
    releasedUnits: noted.remaining,
  };
}
