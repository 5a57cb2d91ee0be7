import type { BalancesAsOfView, LedgerClock } from '@ballast/contracts/ledger';
import { Clock } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import { PostingRows } from './adapters/posting-rows.js';
import { mayUse } from './domain/access.js';
import type { Balances } from './domain/account.js';
import { balancesAfterPosting, isSettled, withLate } from './domain/as-of.js';
import { balancesView } from './domain/capital-views.js';

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
    const last = await this.rows.lastBy(profileId, booked);
    const { balances, lateBookings } = await this.withLate(balancesAfterPosting(last), { profileId, asOf, bookedBy });
    return {
      profileId,
      asset: account.asset,
      asOf,
      clock,
      bookedBy,
      version: last?.number ?? 0,
      lateBookings,
      isFinal: isSettled(account, bookedBy, this.clock.iso()),
      ...balancesView(balances, account.asset),
    };
  }

  private async withLate(
    booked: Balances,
    { profileId, asOf, bookedBy }: { profileId: string; asOf: string; bookedBy: string },
  ): Promise<{ balances: Balances; lateBookings: number }> {
    let [balances, lateBookings] = [booked, 0];
    if (asOf >= bookedBy) return { balances, lateBookings };
    for await (const late of this.rows.late(profileId, { occurredBy: asOf, bookedBy })) {
      balances = withLate(balances, late);
      lateBookings += late.length;
      if (lateBookings > LATE_BOOKINGS_MAX) throw new TooManyLateBookings(`more than ${LATE_BOOKINGS_MAX}`);
    }
    return { balances, lateBookings };
  }
}
