import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { ROLES } from '@ballast/contracts/accounts';
import {
  CapitalLimitsRequest,
  CapitalLimitsView,
  CapitalView,
  ChangeAccountStateRequest,
} from '@ballast/contracts/ledger';
import { Roles, Scopes, idParam } from '@ballast/service-host';
import { Controller, Get, HttpCode, Post, Put, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiBodyProblems, ApiIdempotencyKey, ApiIfMatch, ApiProblems, ETAG } from './api-decorators.js';
import { Owners } from './owners.js';

/** What a change of an account can end with beyond what any write can. */
const CHANGE_PROBLEMS = [
  'idempotency-key-missing',
  'idempotency-key-reused',
  'capital-refused',
  'forbidden',
  'not-found',
] as const;

@ApiTags('Capital')
@ApiBearerAuth()
@Roles(...ROLES)
@ApiParam({ name: 'id', description: 'The profile.', schema: { type: 'string', pattern: PROFILE_ID_PATTERN.source } })
@Controller('v1/profiles/:id/capital')
export class CapitalAccountController {
  constructor(private readonly owners: Owners) {}

  @Get()
  @Scopes('capital:read', 'profiles:write')
  @ApiOperation({ operationId: 'getCapital', summary: 'The capital of a profile.' })
  @ApiOkResponse({ type: CapitalView })
  @ApiProblems('not-found')
  read(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Post('close')
  @Scopes('capital:write')
  @HttpCode(200)
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({
    operationId: 'closeCapitalAccount',
    summary: 'Close an account in which nothing stands; it takes part in nothing new.',
  })
  @ApiIdempotencyKey()
  @ApiBody({ type: ChangeAccountStateRequest })
  @ApiOkResponse({ type: CapitalView })
  @ApiBodyProblems(...CHANGE_PROBLEMS)
  close(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Post('reopen')
  @Scopes('capital:write')
  @HttpCode(200)
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({ operationId: 'reopenCapitalAccount', summary: 'Open a closed account again.' })
  @ApiIdempotencyKey()
  @ApiBody({ type: ChangeAccountStateRequest })
  @ApiOkResponse({ type: CapitalView })
  @ApiBodyProblems(...CHANGE_PROBLEMS)
  reopen(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Get('limits')
  @Scopes('capital:read')
  @ApiOperation({ operationId: 'getCapitalLimits', summary: 'What must stay available and what may be reserved.' })
  @ApiOkResponse({ type: CapitalLimitsView, headers: ETAG })
  @ApiProblems('not-found')
  limits(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Put('limits')
  @Scopes('capital:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({
    operationId: 'setCapitalLimits',
    summary: 'Set what must stay available and what may be reserved; what is absent is removed.',
  })
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiBody({ type: CapitalLimitsRequest })
  @ApiOkResponse({ type: CapitalView, headers: ETAG })
  @ApiBodyProblems(...CHANGE_PROBLEMS)
  setLimits(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }
}
