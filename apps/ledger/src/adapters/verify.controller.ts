import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import type { LedgerVerdictView } from '@ballast/contracts/ledger';
import { ProblemException, Roles, Scopes, idParam } from '@ballast/service-host';
import { Controller, Get } from '@nestjs/common';
import { VerifyLedger } from '../verify-ledger.js';

/** Whether a ledger is what its postings make, over private HTTP; for operators. */
@Controller('v1/profiles/:id/capital')
export class VerifyController {
  constructor(private readonly verifyLedger: VerifyLedger) {}

  @Get('verify')
  @Scopes('capital:read')
  @Roles('operator', 'admin')
  async verify(@idParam('id', PROFILE_ID_PATTERN) profileId: string): Promise<LedgerVerdictView> {
    const verdict = await this.verifyLedger.execute(profileId);
    if (verdict === undefined) throw new ProblemException('not-found');
    return verdict;
  }
}
