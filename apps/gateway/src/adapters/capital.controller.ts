import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { ROLES } from '@ballast/contracts/accounts';
import {
  AdjustCapitalRequest,
  CapitalMoveView,
  ChargeFeeRequest,
  MoveCapitalRequest,
  ReversePostingRequest,
} from '@ballast/contracts/ledger';
import { Roles, Scopes, idParam } from '@ballast/service-host';
import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiCreatedResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiBodyProblems, ApiIdempotencyKey, ApiStepUp } from './api-decorators.js';
import { Owners } from './owners.js';

/** What a move of capital can end with beyond what any write can. */
const MOVE_PROBLEMS = [
  'idempotency-key-missing',
  'idempotency-key-reused',
  'capital-refused',
  'conflict',
  'forbidden',
  'not-found',
] as const;

@ApiTags('Capital')
@ApiBearerAuth()
@Roles(...ROLES)
@ApiParam({ name: 'id', description: 'The profile.', schema: { type: 'string', pattern: PROFILE_ID_PATTERN.source } })
@Controller('v1/profiles/:id')
export class CapitalController {
  constructor(private readonly owners: Owners) {}

  @Post('deposits')
  @Scopes('capital:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({ operationId: 'depositCapital', summary: 'Add capital to a profile.' })
  @ApiIdempotencyKey()
  @ApiBody({ type: MoveCapitalRequest })
  @ApiCreatedResponse({ type: CapitalMoveView })
  @ApiBodyProblems(...MOVE_PROBLEMS)
  deposit(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Post('withdrawals')
  @Scopes('capital:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({ operationId: 'withdrawCapital', summary: 'Take capital out of a profile.' })
  @ApiIdempotencyKey()
  @ApiBody({ type: MoveCapitalRequest })
  @ApiCreatedResponse({ type: CapitalMoveView })
  @ApiStepUp()
  @ApiBodyProblems(...MOVE_PROBLEMS, 'second-factor-required')
  withdraw(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Post('fees')
  @Scopes('capital:write')
  @Roles('operator', 'admin')
  @ApiOperation({
    operationId: 'chargeFee',
    summary: 'Post a fee that the broker charged beside its executions. Operators only.',
  })
  @ApiIdempotencyKey()
  @ApiBody({ type: ChargeFeeRequest })
  @ApiCreatedResponse({ type: CapitalMoveView })
  @ApiBodyProblems(...MOVE_PROBLEMS)
  chargeFee(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Post('adjustments')
  @Scopes('capital:write')
  @Roles('operator', 'admin')
  @ApiOperation({ operationId: 'adjustCapital', summary: 'Correct the realised profit or loss. Operators only.' })
  @ApiIdempotencyKey()
  @ApiBody({ type: AdjustCapitalRequest })
  @ApiCreatedResponse({ type: CapitalMoveView })
  @ApiBodyProblems(...MOVE_PROBLEMS)
  adjust(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Post('reversals')
  @Scopes('capital:write')
  @Roles('operator', 'admin')
  @ApiOperation({
    operationId: 'reversePosting',
    summary: 'Take back, once, what was entered by hand. Operators only.',
  })
  @ApiIdempotencyKey()
  @ApiBody({ type: ReversePostingRequest })
  @ApiCreatedResponse({ type: CapitalMoveView })
  @ApiBodyProblems(...MOVE_PROBLEMS)
  reverse(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }
}
