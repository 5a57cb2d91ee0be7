import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { CapitalMoveView, CapitalView, MoveCapitalRequest } from '@ballast/contracts/ledger';
import { idParam } from '@ballast/service-host';
import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiBodyProblems, ApiIdempotencyKey, ApiProblems } from './api-decorators.js';
import { Owners } from './owners.js';

@ApiTags('Capital')
@ApiBearerAuth()
@ApiParam({ name: 'id', description: 'The profile.', schema: { type: 'string', pattern: PROFILE_ID_PATTERN.source } })
@Controller('v1/profiles/:id')
export class CapitalController {
  constructor(private readonly owners: Owners) {}

  @Post('deposits')
  @ApiOperation({ summary: 'Add capital to a profile.' })
  @ApiIdempotencyKey()
  @ApiBody({ type: MoveCapitalRequest })
  @ApiCreatedResponse({ type: CapitalMoveView })
  @ApiBodyProblems('idempotency-key-missing', 'idempotency-key-reused', 'forbidden', 'not-found')
  deposit(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Post('withdrawals')
  @ApiOperation({ summary: 'Take capital out of a profile.' })
  @ApiIdempotencyKey()
  @ApiBody({ type: MoveCapitalRequest })
  @ApiCreatedResponse({ type: CapitalMoveView })
  @ApiBodyProblems('idempotency-key-missing', 'idempotency-key-reused', 'capital-refused', 'forbidden', 'not-found')
  withdraw(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Get('capital')
  @ApiOperation({ summary: 'The capital of a profile.' })
  @ApiOkResponse({ type: CapitalView })
  @ApiProblems('not-found')
  read(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }
}
