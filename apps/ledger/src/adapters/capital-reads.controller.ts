import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import type { CapitalView } from '@ballast/contracts/ledger';
import { CurrentCaller, ProblemException, idParam } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Controller, Get } from '@nestjs/common';
import { ReadCapital } from '../read-capital.js';

/** What there is and was, over private HTTP. Somebody else's profile is answered as one that does not exist. */
@Controller('v1/profiles/:id')
export class CapitalReadsController {
  constructor(private readonly readCapital: ReadCapital) {}

  @Get('capital')
  async capital(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<CapitalView> {
    const view = await this.readCapital.execute(profileId, caller);
    if (view === undefined) throw new ProblemException('not-found');
    return view;
  }
}
