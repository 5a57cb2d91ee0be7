import { ZERO_BALANCES, balancesAfter, readBalances } from './account.js';
import type { Account, Balances } from './account.js';
import { holdingsAfter, readAssetLegs } from './asset-legs.js';
import type { Holdings } from './asset-legs.js';
import { legsOf } from './posting.js';
import type { PostingContent } from './posting.js';

/**
 * Milliseconds after which nothing is booked into the past any more: no commit is tried for so long, and no two clocks of
 * ours are so far apart.
 */
export const BOOKING_DELAY_MS_MAX = 60_000;

/** What a profile has at an instant: its capital, and what it holds of what was traded. */
export interface Standing {
  readonly balances: Balances;
  readonly holdings: Holdings;
}

/** The balances after a posting; those of an empty account where there is none. */
export function balancesAfterPosting(posting: Pick<PostingContent, 'balances'> | undefined): Balances {
  return posting === undefined ? ZERO_BALANCES : readBalances(posting.balances);
}

/**
 * What there was when postings that were booked later, of what had happened before, are counted too. Nothing is decided
 * again: an amount may be below zero for a time, because what happened was not known in the order in which it happened.
 */
export function withLate(
  { balances, holdings }: Standing,
  late: readonly Pick<PostingContent, 'legs' | 'assetLegs'>[],
): Standing {
  return {
    balances: late.reduce((sum, posting) => balancesAfter(sum, legsOf(posting)), balances),
    holdings: late.reduce((sum, { assetLegs }) => holdingsAfter(sum, readAssetLegs(assetLegs)), holdings),
  };
}

/**
 * Whether nothing can be booked any more at `instant` or before it, now being `now` (both ISO 8601 in UTC): the account
 * has changed since, or enough time has passed.
 */
export function isSettled({ updatedAt }: Pick<Account, 'updatedAt'>, instant: string, now: string): boolean {
  return updatedAt > instant || Date.parse(now) - Date.parse(instant) > BOOKING_DELAY_MS_MAX;
}
