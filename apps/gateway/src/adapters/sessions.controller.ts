import { SESSION_ID_PATTERN } from '@ballast/contracts';
import { ROLES, SessionPage } from '@ballast/contracts/accounts';
import { Roles, idParam } from '@ballast/service-host';
import { Controller, Delete, Get, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems, ApiRepeatable } from './api-decorators.js';
import { Owners } from './owners.js';

@ApiTags('Sign-in')
@Roles(...ROLES)
@ApiBearerAuth()
@Controller('v1/sessions')
export class SessionsController {
  constructor(private readonly owners: Owners) {}

  @Get()
  @ApiOperation({ operationId: 'listSessions', summary: 'Where you are signed in.' })
  @ApiOkResponse({ type: SessionPage })
  @ApiProblems()
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Delete(':id')
  @ApiOperation({ operationId: 'endSession', summary: 'End one of your sessions.' })
  @ApiRepeatable()
  @ApiParam({ name: 'id', description: 'The session.', schema: { type: 'string', pattern: SESSION_ID_PATTERN.source } })
  @ApiNoContentResponse({ description: 'The session is over; its tokens are refused everywhere within 10 s.' })
  @ApiProblems('not-found')
  revoke(
    @idParam('id', SESSION_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }
}
