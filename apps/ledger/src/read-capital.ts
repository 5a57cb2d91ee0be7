import type { CapitalView } from '@ballast/contracts/ledger';
import { unitsText } from '@ballast/money';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import { mayUse } from './domain/access.js';

/** Shows a profile's capital as it is stored now. */
@Injectable()
export class ReadCapital {
  constructor(private readonly ledger: LedgerStore) {}

  /** `undefined` for a profile that does not exist or is not the caller's. Throws `Failure` while the store is away. */
  async execute(profileId: string, caller: Caller): Promise<CapitalView | undefined> {
    const stored = await this.ledger.account(profileId);
    if (stored === undefined || !mayUse(caller, stored.account.ownerId)) return undefined;
    const { asset, balances, postings } = stored.account;
    return {
      profileId,
      asset,
      allocated: unitsText(balances.allocated, asset),
      reservedForOrders: unitsText(balances.reservedForOrders, asset),
      reservedForPositions: unitsText(balances.reservedForPositions, asset),
      realizedPnl: unitsText(balances.realizedPnl, asset),
      fees: unitsText(balances.fees, asset),
      shortfall: unitsText(balances.shortfall, asset),
      available: unitsText(balances.available, asset),
      postings,
      updatedAt: stored.updatedAt,
    };
  }
}
