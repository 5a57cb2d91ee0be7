import type { ContainerStore } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { Holdings } from '../domain/asset-legs.js';
import { everyPage } from './every-page.js';
import { partitionOf, profileKey } from './ledger-documents.js';
import type { ProfileKey } from './ledger-documents.js';

/** What a profile held after one of its postings; computed from the postings, and written so that it need not be again. */
export interface HoldingsMark {
  /** The posting's place in the chain, and when it was booked. */
  readonly number: number;
  readonly at: string;
  readonly holdings: Holdings;
}

interface HoldingsDocument extends ProfileKey {
  readonly id: string;
  readonly kind: 'holdings';
  readonly number: number;
  readonly at: string;
  readonly holdings: Readonly<Record<string, string>>;
}

/** Marks among the postings from which holdings are counted on. Every method throws `Failure` while the store is away. */
@Injectable()
export class HoldingsRows {
  constructor(@InjectStore('capital_ledgers') private readonly store: ContainerStore) {}

  /** The last mark at `instant` or before it. */
  async lastBy(profileId: string, instant: string): Promise<HoldingsMark | undefined> {
    const { items } = await this.store.query<HoldingsDocument>({
      query: "SELECT TOP 1 * FROM c WHERE c.kind = 'holdings' AND c.at <= @instant ORDER BY c.at DESC",
      parameters: { '@instant': instant },
      partition: partitionOf(profileId),
      pageSize: 1,
    });
    return items[0] && markOf(items[0]);
  }

  /** All marks of a profile, by the number of the posting after which they were made. */
  async all(profileId: string): Promise<Map<number, HoldingsMark>> {
    const marks = new Map<number, HoldingsMark>();
    const query = { query: "SELECT * FROM c WHERE c.kind = 'holdings'", parameters: {} };
    const pages = everyPage<HoldingsDocument>(this.store, { ...query, partition: partitionOf(profileId) });
    for await (const page of pages) for (const row of page) marks.set(row.number, markOf(row));
    return marks;
  }

  /** Writes a mark; the same postings make the same mark, whoever writes it and however often. */
  async put(profileId: string, { number, at, holdings }: HoldingsMark): Promise<void> {
    const text = eachHeld(holdings, (units) => units.toString());
    const row: HoldingsDocument = {
      id: `holdings:${number}`,
      kind: 'holdings',
      ...profileKey(profileId),
      number,
      at,
      holdings: text,
    };
    await this.store.commit(partitionOf(profileId), [{ upsert: row }]);
  }
}

function markOf({ number, at, holdings }: HoldingsDocument): HoldingsMark {
  return { number, at, holdings: eachHeld(holdings, (units) => BigInt(units)) };
}

function eachHeld<From, To>(all: Readonly<Record<string, From>>, change: (units: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(all).map(([asset, units]) => [asset, change(units)]));
}
