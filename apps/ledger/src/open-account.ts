import type { ProfileCreatedV1 } from '@ballast/contracts/accounts';
import { accountOpened } from '@ballast/contracts/ledger';
import { CAPITAL_ASSET } from '@ballast/money';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import { emptyAccount } from './domain/account.js';

/** Opens the account of a profile that accounts has created, once. */
@Injectable()
export class OpenAccount {
  constructor(private readonly ledger: LedgerStore) {}

  /** Throws `Failure` while the store cannot be reached. */
  async execute({ profileId, ownerId }: ProfileCreatedV1): Promise<void> {
    await this.ledger.change<void>(
      profileId,
      ({ account }) => {
        if (account !== undefined) return { result: undefined };
        const data = { profileId, asset: CAPITAL_ASSET };
        return {
          account: emptyAccount(profileId, ownerId, CAPITAL_ASSET),
          event: { declaration: accountOpened, subject: profileId, data },
          result: undefined,
        };
      },
      () => undefined,
    );
  }
}
