import type { LedgerSnapshot, StreamEvents } from '@ballast/contracts/streams';
import { replay } from '@ballast/cosmos';
import type { ContainerStore } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { partitionOf } from './adapters/ledger-documents.js';
import { LedgerStore } from './adapters/ledger.store.js';
import type { Account } from './domain/account.js';
import { mayUse } from './domain/access.js';
import { capitalViewOf } from './domain/capital-views.js';

/** Tells what a profile's capital is and what has happened to it; `undefined` for whom it is none of their business. */
@Injectable()
export class ReadStream {
  constructor(
    private readonly ledger: LedgerStore,
    @InjectStore('capital_ledgers') private readonly store: ContainerStore,
  ) {}

  /** The capital as it is stored now, with the sequence of its last event: one read. */
  async snapshot(profileId: string, caller: Caller): Promise<LedgerSnapshot | undefined> {
    const account = await this.own(profileId, caller);
    return account && { sequence: account.sequence, capital: capitalViewOf(account) };
  }

  /** The profile's events after this sequence: one read and one query of one partition. */
  async events(profileId: string, after: number, caller: Caller): Promise<StreamEvents | undefined> {
    const account = await this.own(profileId, caller);
    if (account === undefined) return undefined;
    return replay(this.store, { partition: partitionOf(profileId), after, sequence: account.sequence });
  }

  private async own(profileId: string, caller: Caller): Promise<Account | undefined> {
    const account = await this.ledger.account(profileId);
    return account !== undefined && mayUse(caller, account.ownerId) ? account : undefined;
  }
}
