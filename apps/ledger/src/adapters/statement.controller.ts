import { Readable } from 'node:stream';
import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import {
  STATEMENT_CSV_LINES_MAX,
  STATEMENT_LINES_DEFAULT,
  STATEMENT_LINES_MAX,
  StatementPeriodQuery,
  StatementQuery,
} from '@ballast/contracts/ledger';
import type { StatementView } from '@ballast/contracts/ledger';
import { CurrentCaller, Listing, PageQuery, ProblemException, Scopes, idParam } from '@ballast/service-host';
import type { Caller, PageRequest } from '@ballast/service-host';
import { Controller, Get, Header, Query, StreamableFile } from '@nestjs/common';
import { ReadStatement } from '../read-statement.js';
import type { Period, StatementPlace } from '../read-statement.js';
import { invalid } from './capital-requests.js';

/** Milliseconds of the last line, its number, and milliseconds of the end. */
const PLACE_PATTERN = /^\d{1,15}\.\d{1,15}\.\d{1,15}$/;

/** Statements over private HTTP. Somebody else's profile is answered as one that does not exist. */
@Controller('v1/profiles/:id/capital')
export class StatementController {
  constructor(private readonly statements: ReadStatement) {}

  @Get('statement')
  @Scopes('capital:read')
  async page(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Query() query: StatementQuery,
    @PageQuery({ limitDefault: STATEMENT_LINES_DEFAULT, limitMax: STATEMENT_LINES_MAX }) page: PageRequest,
    @CurrentCaller() caller: Caller,
  ): Promise<StatementView> {
    const period = periodIn(profileId, query);
    const listing = new Listing('statement', profileId, period.from, period.to);
    const place = placeOf(listing.placeIn(page, PLACE_PATTERN));
    const found = await this.statements.page(period, { limit: page.limit, place }, caller);
    if (found === undefined) throw new ProblemException('not-found');
    return { ...found.view, ...(found.next !== undefined && { nextCursor: listing.cursorAt(textOf(found.next)) }) };
  }

  /** The whole period at once; 400 where that is too much. */
  @Get('statement.csv')
  @Scopes('capital:read')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="statement.csv"')
  async csv(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Query() query: StatementPeriodQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<StreamableFile> {
    const found = await this.statements.csv(periodIn(profileId, query), caller);
    if (found === undefined) throw new ProblemException('not-found');
    if (found.linesTotal > STATEMENT_CSV_LINES_MAX) {
      throw invalid(
        '/to',
        `there are ${found.linesTotal} lines, more than ${STATEMENT_CSV_LINES_MAX}; ask for less time`,
      );
    }
    return new StreamableFile(Readable.from(found.lines), { type: 'text/csv; charset=utf-8' });
  }
}

function periodIn(profileId: string, query: StatementPeriodQuery): Period {
  const [from, to] = [new Date(query.from).toISOString(), new Date(query.to).toISOString()];
  if (from >= to) throw invalid('/to', 'must be after the beginning');
  return { profileId, from, to };
}

function textOf({ lastAt, lastNumber, endAt }: StatementPlace): string {
  return `${Date.parse(lastAt)}.${lastNumber}.${Date.parse(endAt)}`;
}

function placeOf(text: string | undefined): StatementPlace | undefined {
  if (text === undefined) return undefined;
  const [lastMs = 0, lastNumber = 0, endMs = 0] = text.split('.').map(Number);
  const instantOf = (ms: number): string => new Date(ms).toISOString();
  return { lastAt: instantOf(lastMs), lastNumber, endAt: instantOf(endMs) };
}
