import type { HoldPreview } from '@ballast/contracts/ledger';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import { mayUse } from './domain/access.js';
import { decideHold } from './domain/decide-hold.js';

/** Tells what would become of a hold that were asked for now, by the same decision from what is stored; writes nothing. */
@Injectable()
export class PreviewHold {
  constructor(private readonly ledger: LedgerStore) {}

  /** `undefined` for a profile that does not exist or is not the caller's. Throws `Failure` while the store is away. */
  async execute(profileId: string, units: bigint, caller: Caller): Promise<HoldPreview | undefined> {
    const account = await this.ledger.account(profileId);
    if (account === undefined || !mayUse(caller, account.ownerId)) return undefined;
    const decision = decideHold(account, units);
    return decision.outcome === 'held' ? { verdict: 'held' } : { verdict: 'declined', refusal: decision.refusal };
  }
}
