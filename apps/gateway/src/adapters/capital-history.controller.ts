import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { ROLES } from '@ballast/contracts/accounts';
import {
  BalancesAsOfView,
  LEDGER_CLOCKS,
  LedgerVerdictView,
  STATEMENT_CSV_LINES_MAX,
  STATEMENT_LINES_DEFAULT,
  STATEMENT_LINES_MAX,
  StatementView,
} from '@ballast/contracts/ledger';
import { Roles, Scopes, idParam } from '@ballast/service-host';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiPage, ApiProblems } from './api-decorators.js';
import { Owners } from './owners.js';

const ApiInstant = (name: string, description: string, required = false): MethodDecorator => {
  const example = name === 'from' ? '2026-11-01T00:00:00.000Z' : '2026-11-20T14:30:00.000Z';
  return ApiQuery({ name, description, required, schema: { type: 'string', format: 'date-time', example } });
};

@ApiTags('Capital')
@ApiBearerAuth()
@Roles(...ROLES)
@ApiParam({ name: 'id', description: 'The profile.', schema: { type: 'string', pattern: PROFILE_ID_PATTERN.source } })
@Controller('v1/profiles/:id/capital')
export class CapitalHistoryController {
  constructor(private readonly owners: Owners) {}

  @Get('balances')
  @Scopes('capital:read')
  @ApiOperation({
    operationId: 'getBalancesAsOf',
    summary: 'The balances at an instant of the past, by one of two clocks.',
    description:
      'By `booked` they are those after the last posting booked by then, whatever is booked later. By `occurred` what ' +
      'was booked later but had happened by then is counted too; `bookedBy` of the answer repeats it exactly.',
  })
  @ApiInstant('asOf', 'The instant; absent: now.')
  @ApiQuery({ name: 'clock', description: '`booked` unless told.', required: false, enum: LEDGER_CLOCKS })
  @ApiInstant('bookedBy', 'With `occurred`: count only what had been booked by then; absent: by now.')
  @ApiOkResponse({ type: BalancesAsOfView })
  @ApiProblems('invalid-request', 'not-found')
  balances(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Get('statement')
  @Scopes('capital:read')
  @ApiOperation({
    operationId: 'getStatement',
    summary: 'What was booked in a period, with the balances before and after it.',
    description:
      'The period is half open, by the time of booking. All pages of one statement are of one state of the ledger.',
  })
  @ApiInstant('from', 'Beginning; what was booked then is in it.', true)
  @ApiInstant('to', 'End; what was booked then is not in it any more.', true)
  @ApiPage(STATEMENT_LINES_DEFAULT, STATEMENT_LINES_MAX)
  @ApiOkResponse({ type: StatementView })
  @ApiProblems('invalid-request', 'not-found')
  statement(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Get('statement.csv')
  @Scopes('capital:read')
  @ApiOperation({
    operationId: 'getStatementAsCsv',
    summary: `The same as CSV (RFC 4180), the whole period at once, ${STATEMENT_CSV_LINES_MAX} lines at most.`,
  })
  @ApiInstant('from', 'Beginning; what was booked then is in it.', true)
  @ApiInstant('to', 'End; what was booked then is not in it any more.', true)
  @ApiOkResponse({ description: 'The statement.', content: { 'text/csv': { schema: { type: 'string' } } } })
  @ApiProblems('invalid-request', 'not-found')
  statementCsv(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Get('verify')
  @Scopes('capital:read')
  @Roles('operator', 'admin')
  @ApiOperation({
    operationId: 'verifyLedger',
    summary: 'Recompute a profile’s ledger from its postings and say what is not as it must be. Operators only.',
  })
  @ApiOkResponse({ type: LedgerVerdictView })
  @ApiProblems('forbidden', 'not-found')
  verify(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }
}
