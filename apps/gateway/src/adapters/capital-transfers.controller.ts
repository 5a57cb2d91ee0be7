import { PROFILE_ID_PATTERN, TRANSFER_ID_PATTERN } from '@ballast/contracts';
import { ROLES } from '@ballast/contracts/accounts';
import { TransferCapitalRequest, TransferView } from '@ballast/contracts/ledger';
import { Roles, Scopes, idParam } from '@ballast/service-host';
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
@Roles(...ROLES)
@ApiParam({ name: 'id', description: 'The profile.', schema: { type: 'string', pattern: PROFILE_ID_PATTERN.source } })
@Controller('v1/profiles/:id/transfers')
export class CapitalTransfersController {
  constructor(private readonly owners: Owners) {}

  @Post()
  @Scopes('capital:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({
    operationId: 'transferCapital',
    summary: 'Move capital to another profile of the same owner; it ends in both or in neither.',
  })
  @ApiIdempotencyKey()
  @ApiBody({ type: TransferCapitalRequest })
  @ApiCreatedResponse({ type: TransferView, description: 'The transfer at its end: completed, or returned and why.' })
  @ApiBodyProblems(
    'idempotency-key-missing',
    'idempotency-key-reused',
    'capital-refused',
    'conflict',
    'forbidden',
    'not-found',
  )
  transfer(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Get(':transferId')
  @Scopes('capital:read')
  @ApiOperation({ operationId: 'getTransfer', summary: 'Where a transfer stands that this profile gives.' })
  @ApiParam({
    name: 'transferId',
    description: 'The transfer.',
    schema: { type: 'string', pattern: TRANSFER_ID_PATTERN.source },
  })
  @ApiOkResponse({ type: TransferView })
  @ApiProblems('not-found')
  one(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @idParam('transferId', TRANSFER_ID_PATTERN) _transferId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }
}
