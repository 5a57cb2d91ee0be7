import type { ContainerStore } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { everyPage } from './every-page.js';
import { partitionOf } from './ledger-documents.js';
import type { TransferDocument } from './ledger-documents.js';

/** The transfers of all profiles, in the partitions of those that give. */
@Injectable()
export class TransferRows {
  constructor(@InjectStore('capital_ledgers') private readonly store: ContainerStore) {}

  /** The amounts, in whole units, of the transfers that this profile gives and that have not ended, by their ids. */
  async pending(profileId: string): Promise<Map<string, bigint>> {
    const query = "SELECT * FROM c WHERE c.kind = 'transfer' AND c.state = 'pending'";
    const pending = new Map<string, bigint>();
    const pages = everyPage<TransferDocument>(this.store, { query, parameters: {}, partition: partitionOf(profileId) });
    for await (const page of pages) {
      for (const { transferId, units } of page) pending.set(transferId, BigInt(units));
    }
    return pending;
  }
}
