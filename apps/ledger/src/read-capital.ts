import type { CapitalView } from '@ballast/contracts/ledger';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import { mayUse } from './domain/access.js';
import { capitalViewOf } from './domain/capital-views.js';

/** Shows a profile's capital as it is stored now. */
@Injectable()
export class ReadCapital {
  constructor(private readonly ledger: LedgerStore) {}

  /** `undefined` for a profile that does not exist or is not the caller's. Throws `Failure` while the store is away. */
  async execute(profileId: string, caller: Caller): Promise<CapitalView | undefined> {
    const account = await this.ledger.account(profileId);
    return account !== undefined && mayUse(caller, account.ownerId) ? capitalViewOf(account) : undefined;
  }
}
