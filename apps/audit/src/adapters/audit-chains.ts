import { PRODUCT_ID } from '@ballast/contracts';
import { HeadStore } from '@ballast/cosmos';
import type { ContainerStore, Query } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { HEAD_ID } from '../domain/chain.js';
import type { AuditRecord, ChainHead } from '../domain/chain.js';

/** The container of all chains. */
export const AUDIT_EVENTS = 'audit-events';
/** Documents asked for in one request. */
const PAGE_SIZE = 500;
/** The store's own fields, which are no part of a record. */
const SYSTEM_FIELDS: ReadonlySet<string> = new Set(['_rid', '_self', '_etag', '_attachments', '_ts', '_lsn']);

/** Which records of a chain are wanted, in the order of their positions. */
export interface RecordQuery {
  /** Only those behind this position. */
  readonly after: number;
  readonly limit: number;
  /** Only those about one of these. */
  readonly subjects?: readonly string[];
  readonly type?: string;
}

/** The chains as they are kept: a partition each, with the head and the records in it. */
@Injectable()
export class AuditChains {
  readonly #heads: HeadStore<ChainHead>;

  constructor(@InjectStore(AUDIT_EVENTS) private readonly store: ContainerStore) {
    this.#heads = new HeadStore(store, { headId: () => HEAD_ID });
  }

  /**
   * Commits what `decide` makes of the chain's head in one batch, all or nothing. Throws `DocumentConflict` when one of
   * the records is there already.
   */
  append(
    chainId: string,
    decide: (head: ChainHead | undefined) => { head: ChainHead; records: readonly AuditRecord[] },
  ): Promise<void> {
    return this.#heads.change(partitionOf(chainId), (current) => {
      const { head, records } = decide(current);
      return { head, operations: records.map((create) => ({ create })), result: undefined };
    });
  }

  /** Which of the events have a record in the chain. */
  async recorded(chainId: string, eventIds: readonly string[]): Promise<Set<string>> {
    const names = eventIds.map((_, index) => `@id${index}`);
    const found = await this.#all<string>({
      query: `SELECT VALUE c.id FROM c WHERE c.id IN (${names.join(', ')})`,
      parameters: Object.fromEntries(eventIds.map((id, index) => [`@id${index}`, id])),
      partition: partitionOf(chainId),
      pageSize: PAGE_SIZE,
    });
    return new Set(found);
  }

  /** The head as it is in the store now. */
  async head(chainId: string): Promise<ChainHead | undefined> {
    return (await this.store.read<ChainHead>(HEAD_ID, partitionOf(chainId)))?.document;
  }

  /** Up to `limit` records, by position. */
  async records(chainId: string, { after, limit, subjects = [], type }: RecordQuery): Promise<AuditRecord[]> {
    const conditions = ["c.kind = 'record'", 'c.position > @after'];
    const names = subjects.map((_, index) => `@subject${index}`);
    if (names.length > 0) conditions.push(`c.subject IN (${names.join(', ')})`);
    if (type !== undefined) conditions.push('c.type = @type');
    const rows = await this.#all<AuditRecord>(
      {
        query: `SELECT * FROM c WHERE ${conditions.join(' AND ')} ORDER BY c.position`,
        parameters: {
          '@after': after,
          ...Object.fromEntries(subjects.map((subject, index) => [`@subject${index}`, subject])),
          ...(type !== undefined && { '@type': type }),
        },
        partition: partitionOf(chainId),
        pageSize: Math.min(limit, PAGE_SIZE),
      },
      limit,
    );
    return rows.map(withoutSystemFields);
  }

  /** Every record of a chain, page by page, by position; whatever calls itself a record and has a position is one. */
  async *pages(chainId: string): AsyncGenerator<AuditRecord[]> {
    const query = {
      query: "SELECT * FROM c WHERE c.kind = 'record' ORDER BY c.position",
      parameters: {},
      partition: partitionOf(chainId),
      pageSize: PAGE_SIZE,
    };
    for await (const page of this.#pages<AuditRecord>(query)) yield page.map(withoutSystemFields);
  }

  /** The ids of all chains that have a head or a first record, sorted. */
  async chainIds(): Promise<string[]> {
    const select = 'SELECT VALUE c.chainId FROM c WHERE';
    const parts = await Promise.all(
      [`${select} c.kind = 'head'`, `${select} c.kind = 'record' AND c.position = 1`].map((query) =>
        this.#all<string>({ query, parameters: {}, partition: [PRODUCT_ID], pageSize: PAGE_SIZE }),
      ),
    );
    return [...new Set(parts.flat())].sort();
  }

  async #all<Row>(query: Query, limit = Number.POSITIVE_INFINITY): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const page of this.#pages<Row>(query)) {
      rows.push(...page);
      if (rows.length >= limit) break;
    }
    return rows.slice(0, limit);
  }

  async *#pages<Row>(query: Query): AsyncGenerator<Row[]> {
    let continuation: string | undefined;
    do {
      const page = await this.store.query<Row>({ ...query, ...(continuation !== undefined && { continuation }) });
      yield page.items;
      continuation = page.continuation;
    } while (continuation !== undefined);
  }
}

function partitionOf(chainId: string): readonly string[] {
  return [PRODUCT_ID, chainId];
}

function withoutSystemFields(row: AuditRecord): AuditRecord {
  return Object.fromEntries(
    Object.entries(row).filter(([field]) => !SYSTEM_FIELDS.has(field)),
  ) as unknown as AuditRecord;
}
