import type { ContainerStore } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { everyPage } from './every-page.js';
import { partitionOf, transferOf } from './ledger-documents.js';
import type { Transfer } from '../domain/transfer.js';
import type { TransferDocument } from './ledger-documents.js';

/** The transfers of all profiles, in the partitions of those that give. */
@Injectable()
export class TransferRows {
  constructor(@InjectStore('capital_ledgers') private readonly store: ContainerStore) {}

  /** The amounts, in whole units, of the transfers that this profile gives and that have not ended, by their ids. */
  async pending(profileId: string): Promise<Map<string, bigint>> {
    const query = "SELECT * FROM c WHERE c.kind IN ('pending-transfer', 'transfer') AND c.state = 'pending'";
    const pending = new Map<string, bigint>();
    const pages = everyPage<TransferDocument>(this.store, { query, parameters: {}, partition: partitionOf(profileId) });
    for await (const page of pages) {
      for (const { transferId, units } of page) pending.set(transferId, BigInt(units));
    }
    return pending;
  }

  /** The transfers of all profiles that began at `instant` or before it and have not ended, a page at a time. */
  async *pendingSince(instant: string): AsyncGenerator<Transfer[]> {
    const query = "SELECT * FROM c WHERE c.kind = 'pending-transfer' AND c.createdAt <= @instant";
    const pages = everyPage<TransferDocument>(this.store, { query, parameters: { '@instant': instant } });
    for await (const page of pages) yield page.map(transferOf);
  }
}
