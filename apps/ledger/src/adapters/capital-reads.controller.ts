import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { BalancesQuery, HoldPreviewQuery } from '@ballast/contracts/ledger';
import type { BalancesAsOfView, CapitalView, HoldPreview } from '@ballast/contracts/ledger';
import { Clock, CurrentCaller, ProblemException, Scopes, idParam } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Controller, Get, Query } from '@nestjs/common';
import { LATE_BOOKINGS_MAX, ReadBalances, TooManyLateBookings } from '../read-balances.js';
import { PreviewHold } from '../preview-hold.js';
import { ReadCapital } from '../read-capital.js';
import { invalid, pastInstantIn } from './capital-requests.js';

/** What there is and was, over private HTTP. Somebody else's profile is answered as one that does not exist. */
@Controller('v1/profiles/:id/capital')
export class CapitalReadsController {
  constructor(
    private readonly readCapital: ReadCapital,
    private readonly readBalances: ReadBalances,
    private readonly previewHold: PreviewHold,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('capital:read', 'profiles:write')
  async capital(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<CapitalView> {
    return found(await this.readCapital.execute(profileId, caller));
  }

  /** What an order that asks for this much would hear; nothing is reserved. */
  @Get('hold-preview')
  @Scopes('orders:read', 'orders:write')
  async holdPreview(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Query() { units }: HoldPreviewQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<HoldPreview> {
    const asked = BigInt(units);
    if (asked < 0n) throw invalid('/units', 'must not be below zero');
    return found(await this.previewHold.execute(profileId, asked, caller));
  }

  /** 400 for an instant in the future, and where more was booked late than one answer counts. */
  @Get('balances')
  @Scopes('capital:read')
  async balances(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Query() query: BalancesQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<BalancesAsOfView> {
    const now = this.clock.iso();
    const { clock = 'booked' } = query;
    if (clock === 'booked' && query.bookedBy !== undefined)
      throw invalid('/bookedBy', 'goes with the other clock only');
    const asOf = pastInstantIn(query.asOf, '/asOf', now);
    const bookedBy = pastInstantIn(query.bookedBy, '/bookedBy', now);
    try {
      return found(await this.readBalances.execute({ profileId, asOf, clock, bookedBy }, caller));
    } catch (error) {
      if (!(error instanceof TooManyLateBookings)) throw error;
      throw invalid(
        '/bookedBy',
        `more than ${LATE_BOOKINGS_MAX} postings were booked late by then; name an earlier one`,
      );
    }
  }
}

function found<View>(view: View | undefined): View {
  if (view === undefined) throw new ProblemException('not-found');
  return view;
}
