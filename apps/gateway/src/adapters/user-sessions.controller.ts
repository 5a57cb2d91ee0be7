import { SESSION_ID_PATTERN, USER_ID_PATTERN } from '@ballast/contracts';
import { SessionPage } from '@ballast/contracts/accounts';
import { Roles, idParam } from '@ballast/service-host';
import { Controller, Delete, Get, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems, ApiRepeatable, ApiStepUp } from './api-decorators.js';
import { Owners } from './owners.js';

@ApiTags('Users')
@ApiBearerAuth()
@ApiParam({ name: 'id', description: 'The user.', schema: { type: 'string', pattern: USER_ID_PATTERN.source } })
@Controller('v1/users/:id/sessions')
@Roles('admin')
export class UserSessionsController {
  constructor(private readonly owners: Owners) {}

  @Get()
  @ApiOperation({ operationId: 'listSessionsOf', summary: 'The sessions of a user, the last used first. Admins only.' })
  @ApiOkResponse({ type: SessionPage })
  @ApiProblems('forbidden', 'not-found')
  list(
    @idParam('id', USER_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Delete()
  @ApiOperation({ operationId: 'endSessionsOf', summary: 'End every session of a user. Admins only.' })
  @ApiRepeatable()
  @ApiNoContentResponse({ description: 'They are over; their tokens are refused everywhere within 10 s.' })
  @ApiStepUp()
  @ApiProblems('forbidden', 'not-found', 'second-factor-required')
  endAll(
    @idParam('id', USER_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Delete(':sessionId')
  @ApiOperation({ operationId: 'endSessionOf', summary: 'End one session of a user. Admins only.' })
  @ApiParam({
    name: 'sessionId',
    description: 'The session.',
    schema: { type: 'string', pattern: SESSION_ID_PATTERN.source },
  })
  @ApiRepeatable()
  @ApiNoContentResponse({ description: 'It is over; its tokens are refused everywhere within 10 s.' })
  @ApiStepUp()
  @ApiProblems('forbidden', 'not-found', 'second-factor-required')
  end(
    @idParam('id', USER_ID_PATTERN) _id: string,
    @idParam('sessionId', SESSION_ID_PATTERN) _sessionId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }
}
