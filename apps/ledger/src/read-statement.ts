import type { StatementLineView, StatementView } from '@ballast/contracts/ledger';
import { Clock } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import { PostingRows } from './adapters/posting-rows.js';
import type { ChainPart } from './adapters/posting-rows.js';
import { mayUse } from './domain/access.js';
import { balancesAfterPosting, isSettled } from './domain/as-of.js';
import { balancesView } from './domain/capital-views.js';
import { STATEMENT_CSV_HEAD, balancesCsv, lineCsv, statementLine } from './domain/statement.js';

/** A period by booking time, half open; instants are ISO 8601 in UTC with milliseconds. */
export interface Period {
  readonly profileId: string;
  readonly from: string;
  readonly to: string;
}

/** Where the next page of a statement begins, and where the whole of it ends, as the first page found it. */
export interface StatementPlace {
  /** The last line before it: when it was booked, and its number. */
  readonly lastAt: string;
  readonly lastNumber: number;
  /** When the last line of the period was booked. */
  readonly endAt: string;
}

/** A page of a statement, and where the next one begins. */
export interface StatementPage {
  readonly view: StatementView;
  readonly next: StatementPlace | undefined;
}

/** What was booked in a period, with the balances before and after it. */
@Injectable()
export class ReadStatement {
  constructor(
    private readonly ledger: LedgerStore,
    private readonly rows: PostingRows,
    private readonly clock: Clock,
  ) {}

  /**
   * One page of at most `limit` lines, from the beginning or from a place; the pages of one statement are of one state of
   * the ledger, whatever is booked meanwhile. `undefined` for a profile that does not exist or is not the caller's. Throws
   * `Failure` while the store is away.
   */
  async page(
    period: Period,
    { limit, place }: { readonly limit: number; readonly place: StatementPlace | undefined },
    caller: Caller,
  ): Promise<StatementPage | undefined> {
    const statement = await this.begin(period, place?.endAt, caller);
    if (statement === undefined) return undefined;
    const { endAt, ...view } = statement;
    const from = place?.lastAt ?? period.from;
    const lines: StatementLineView[] = [];
    for await (const line of this.lines(period.profileId, {
      from,
      before: after(endAt),
      after: place?.lastNumber ?? 0,
    })) {
      lines.push(line);
      if (lines.length > limit) break;
    }
    const last = lines.length > limit ? lines[limit - 1] : undefined;
    const next = last && { lastAt: last.bookedAt, lastNumber: last.number, endAt };
    return { view: { ...view, items: lines.slice(0, limit) }, next };
  }

  /**
   * The whole statement as lines of CSV, the balances before it and after it among them, with the number of postings
   * between. `undefined` as for a page.
   */
  async csv(
    period: Period,
    caller: Caller,
  ): Promise<{ linesTotal: number; lines: AsyncGenerator<string> } | undefined> {
    const statement = await this.begin(period, undefined, caller);
    return statement && { linesTotal: statement.linesTotal, lines: this.csvLines(period, statement) };
  }

  private async *csvLines(
    { profileId, from, to }: Period,
    { opening, closing, endAt }: Pick<StatementView, 'opening' | 'closing'> & { endAt: string },
  ): AsyncGenerator<string> {
    yield STATEMENT_CSV_HEAD;
    yield balancesCsv('opening', from, opening);
    for await (const line of this.lines(profileId, { from, before: after(endAt) })) yield lineCsv(line);
    yield balancesCsv('closing', to, closing);
  }

  /** The statement without its lines, ending with the posting at `endAt` or, where none is named, with the last one yet. */
  private async begin(
    { profileId, from, to }: Period,
    endAt: string | undefined,
    caller: Caller,
  ): Promise<(Omit<StatementView, 'items' | 'nextCursor'> & { endAt: string }) | undefined> {
    const account = await this.ledger.account(profileId);
    if (account === undefined || !mayUse(caller, account.ownerId)) return undefined;
    const { asset } = account;
    const before = await this.rows.lastBy(profileId, justBefore(from));
    const last = await this.rows.lastBy(profileId, endAt ?? justBefore(to));
    return {
      profileId,
      asset,
      from,
      to,
      isFinal: isSettled(account, justBefore(to), this.clock.iso()),
      opening: balancesView(balancesAfterPosting(before), asset),
      closing: balancesView(balancesAfterPosting(last), asset),
      linesTotal: (last?.number ?? 0) - (before?.number ?? 0),
      endAt: last?.at ?? justBefore(from),
    };
  }

  private async *lines(profileId: string, part: ChainPart): AsyncGenerator<StatementLineView> {
    for await (const page of this.rows.part(profileId, part)) yield* page.map(statementLine);
  }
}

const justBefore = (instant: string): string => new Date(Date.parse(instant) - 1).toISOString();
const after = (instant: string): string => new Date(Date.parse(instant) + 1).toISOString();
