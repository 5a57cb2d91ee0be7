import type { ContainerStore } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { StoredPosting } from '../domain/verify-chain.js';
import { everyPage } from './every-page.js';
import { partitionOf } from './ledger-documents.js';

/** Rows asked for to find the last of an instant: data of earlier releases may hold several of one millisecond. */
const SAME_INSTANT_MAX = 20;
const BEFORE_ALL = '';
/** Comes after every instant. */
const AFTER_ALL = '~';

/** Everything of a posting but the event that its row carries. A record, so that the compiler asks for a new field. */
const FIELDS: Readonly<Record<keyof StoredPosting, true>> = {
  id: true,
  about: true,
  cause: true,
  orderId: true,
  executionNumber: true,
  occurredAt: true,
  reason: true,
  actor: true,
  reverses: true,
  transferId: true,
  asset: true,
  legs: true,
  assetLegs: true,
  number: true,
  at: true,
  balances: true,
  previousHash: true,
  hash: true,
};
const SELECTED = Object.keys(FIELDS)
  .map((field) => `c.${field}`)
  .join(', ');

/** A part of a profile's chain; what is absent bounds nothing. Instants are ISO 8601 in UTC with milliseconds. */
export interface ChainPart {
  /** Booked then or later. */
  readonly from?: string;
  /** Booked before. */
  readonly before?: string;
  /** With a greater number. */
  readonly after?: number;
  /** With this number or a smaller one. */
  readonly upTo?: number;
}

/** The postings of all profiles, as they were booked. Every method throws `Failure` while the store is away. */
@Injectable()
export class PostingRows {
  constructor(@InjectStore('capital_ledgers') private readonly store: ContainerStore) {}

  /** The last posting that was booked at `instant` or before it. */
  async lastBy(profileId: string, instant: string): Promise<StoredPosting | undefined> {
    const query = `SELECT TOP ${SAME_INSTANT_MAX} ${SELECTED} FROM c WHERE ${IS_POSTING} AND c.at <= @instant ORDER BY c.at DESC`;
    const rows: StoredPosting[] = [];
    for await (const page of this.pages(profileId, query, { '@instant': instant })) rows.push(...page);
    return rows
      .filter(({ at }) => at === rows[0]?.at)
      .sort(asChained)
      .at(-1);
  }

  /** The postings of a part of the chain in their order, a page at a time. */
  async *part(profileId: string, { from, before, after, upTo }: ChainPart = {}): AsyncGenerator<StoredPosting[]> {
    const query = `SELECT ${SELECTED} FROM c WHERE ${IS_POSTING} AND c.at >= @from AND c.at < @before AND c.number > @after AND c.number <= @upTo ORDER BY c.at`;
    const bounds = { '@from': from ?? BEFORE_ALL, '@before': before ?? AFTER_ALL };
    const numbers = { '@after': after ?? 0, '@upTo': upTo ?? Number.MAX_SAFE_INTEGER };
    // Those of the last instant of a page wait for others of the same one, which may be on the next.
    let waiting: StoredPosting[] = [];
    for await (const page of this.pages(profileId, query, { ...bounds, ...numbers })) {
      const rows = [...waiting, ...page];
      const last = rows.at(-1)?.at;
      waiting = rows.filter(({ at }) => at === last);
      yield rows.filter(({ at }) => at !== last).sort(asChained);
    }
    yield waiting.sort(asChained);
  }

  /** Postings that traded something, booked after `after` and by `upTo`; in their order, a page at a time. */
  traded(profileId: string, { after, upTo }: { after: string; upTo: string }): AsyncGenerator<StoredPosting[]> {
    const query = `SELECT ${SELECTED} FROM c WHERE ${IS_POSTING} AND c.at > @after AND c.at <= @upTo AND IS_DEFINED(c.assetLegs) ORDER BY c.at`;
    return this.pages(profileId, query, { '@after': after, '@upTo': upTo });
  }

  /** Postings of what had happened by `occurredBy` and was booked only later, by `bookedBy`; a page at a time. */
  late(
    profileId: string,
    { occurredBy, bookedBy }: { occurredBy: string; bookedBy: string },
  ): AsyncGenerator<StoredPosting[]> {
    const query = `SELECT ${SELECTED} FROM c WHERE ${IS_POSTING} AND c.occurredAt <= @occurredBy AND c.at > @occurredBy AND c.at <= @bookedBy`;
    return this.pages(profileId, query, { '@occurredBy': occurredBy, '@bookedBy': bookedBy });
  }

  private pages(
    profileId: string,
    query: string,
    parameters: Readonly<Record<string, string | number>>,
  ): AsyncGenerator<StoredPosting[]> {
    return everyPage<StoredPosting>(this.store, { query, parameters, partition: partitionOf(profileId) });
  }
}

const IS_POSTING = "c.kind = 'posting'";

/** By the instant of booking, and by number where earlier releases booked several in one millisecond. */
function asChained(left: StoredPosting, right: StoredPosting): number {
  if (left.at !== right.at) return left.at < right.at ? -1 : 1;
  return left.number - right.number;
}
