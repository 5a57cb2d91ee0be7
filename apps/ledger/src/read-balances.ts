import type { BalancesAsOfView, LedgerClock } from '@ballast/contracts/ledger';
import { Clock } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import { PostingRows } from './adapters/posting-rows.js';
import { CountHoldings } from './count-holdings.js';
import { mayUse } from './domain/access.js';
import { balancesAfterPosting, isSettled, withLate } from './domain/as-of.js';
import type { Standing } from './domain/as-of.js';
import { balancesView, holdingViews } from './domain/capital-views.js';

/** Postings booked after an instant that are counted into it, at most. */
export const LATE_BOOKINGS_MAX = 10_000;

/** Which balances are asked for; instants are ISO 8601 in UTC with milliseconds and not in the future. */
export interface BalancesQuestion {
  readonly profileId: string;
  readonly asOf: string;
  readonly clock: LedgerClock;
  /** For what happened: only as far as it had been booked by then. */
  readonly bookedBy: string;
}

/** More was booked late than one answer counts. */
export class TooManyLateBookings extends Error {
  override readonly name = 'TooManyLateBookings';
}

/**
 * The balances of a profile at an instant. By booking time they are those after the last posting that was booked by then.
 * By event time they are these and what had happened by then but was booked only afterwards, by `bookedBy`.
 */
@Injectable()
export class ReadBalances {
  constructor(
    private readonly ledger: LedgerStore,
    private readonly rows: PostingRows,
    private readonly holdings: CountHoldings,
    private readonly clock: Clock,
  ) {}

  /**
   * `undefined` for a profile that does not exist or is not the caller's. Throws `TooManyLateBookings`, and `Failure`
   * while the store is away.
   */
  async execute(question: BalancesQuestion, caller: Caller): Promise<BalancesAsOfView | undefined> {
    const { profileId, asOf, clock } = question;
    const bookedBy = clock === 'booked' ? asOf : question.bookedBy;
    // Read first: what it says is settled is there when the postings are read.
    const account = await this.ledger.account(profileId);
    if (account === undefined || !mayUse(caller, account.ownerId)) return undefined;
    const booked = asOf < bookedBy ? asOf : bookedBy;
    const now = this.clock.iso();
    const last = await this.rows.lastBy(profileId, booked);
    const holdings = await this.holdings.execute(profileId, booked, isSettled(account, booked, now));
    const then = { balances: balancesAfterPosting(last), holdings };
    const { standing, lateBookings } = await this.withLate(then, { profileId, asOf, bookedBy });
    return {
      profileId,
      asset: account.asset,
      asOf,
      clock,
      bookedBy,
      version: last?.number ?? 0,
      lateBookings,
      holdings: holdingViews(standing.holdings),
      isFinal: isSettled(account, bookedBy, now),
      ...balancesView(standing.balances, account.asset),
    };
  }

  private async withLate(
    booked: Standing,
    { profileId, asOf, bookedBy }: { profileId: string; asOf: string; bookedBy: string },
  ): Promise<{ standing: Standing; lateBookings: number }> {
    let [standing, lateBookings] = [booked, 0];
    if (asOf >= bookedBy) return { standing, lateBookings };
    for await (const late of this.rows.late(profileId, { occurredBy: asOf, bookedBy })) {
      standing = withLate(standing, late);
      lateBookings += late.length;
      if (lateBookings > LATE_BOOKINGS_MAX) throw new TooManyLateBookings(`more than ${LATE_BOOKINGS_MAX}`);
    }
    return { standing, lateBookings };
  }
}
