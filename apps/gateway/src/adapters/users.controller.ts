import { USER_ID_PATTERN } from '@ballast/contracts';
import {
  ChangeUserRequest,
  CreateUserRequest,
  PasswordResetView,
  UserPage,
  UserView,
} from '@ballast/contracts/accounts';
import { Roles, idParam } from '@ballast/service-host';
import { Controller, Delete, Get, Patch, Post, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ApiBodyProblems,
  ApiIdempotencyKey,
  ApiIfMatch,
  ApiPage,
  ApiProblems,
  ApiRepeatable,
  ApiStepUp,
  ETAG,
} from './api-decorators.js';
import { Owners } from './owners.js';

const USER = {
  name: 'id',
  description: 'The user.',
  schema: { type: 'string', pattern: USER_ID_PATTERN.source },
} as const;

@ApiTags('Users')
@ApiBearerAuth()
@Controller('v1/users')
@Roles('admin')
export class UsersController {
  constructor(private readonly owners: Owners) {}

  @Post()
  @ApiOperation({ operationId: 'createUser', summary: 'Make a user. Admins only.' })
  @ApiIdempotencyKey()
  @ApiBody({ type: CreateUserRequest })
  @ApiCreatedResponse({ type: UserView })
  @ApiStepUp()
  @ApiBodyProblems('idempotency-key-missing', 'conflict', 'forbidden', 'second-factor-required')
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Get()
  @ApiOperation({ operationId: 'listUsers', summary: 'All users. Admins only.' })
  @ApiPage(50, 500)
  @ApiOkResponse({ type: UserPage })
  @ApiProblems('invalid-request', 'forbidden')
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getUser', summary: 'One user. Admins only.' })
  @ApiParam(USER)
  @ApiOkResponse({ type: UserView, headers: ETAG })
  @ApiProblems('forbidden', 'not-found')
  one(
    @idParam('id', USER_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Patch(':id')
  @ApiOperation({
    operationId: 'changeUser',
    summary: 'Give a user another role, or disable or enable them. Their sessions end. Admins only.',
  })
  @ApiParam(USER)
  @ApiRepeatable()
  @ApiIfMatch({ required: true })
  @ApiBody({ type: ChangeUserRequest })
  @ApiOkResponse({ type: UserView, headers: ETAG })
  @ApiStepUp()
  @ApiBodyProblems('conflict', 'forbidden', 'not-found', 'second-factor-required')
  change(
    @idParam('id', USER_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Delete(':id/second-factor')
  @ApiOperation({
    operationId: 'removeSecondFactorOf',
    summary: 'Take the second factor from a user who lost it. Admins only.',
  })
  @ApiParam(USER)
  @ApiRepeatable()
  @ApiNoContentResponse({ description: 'The user has none any more.' })
  @ApiStepUp()
  @ApiProblems('forbidden', 'not-found', 'second-factor-required')
  removeSecondFactor(
    @idParam('id', USER_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Post(':id/password-reset')
  @ApiOperation({
    operationId: 'issuePasswordReset',
    summary: 'Let a user who has lost the password set another one, within an hour. Admins only.',
    description: 'The newest reset takes the place of those before. Give the secret to nobody but the user.',
  })
  @ApiParam(USER)
  @ApiIdempotencyKey()
  @ApiCreatedResponse({ type: PasswordResetView, description: 'The secret is shown this once.' })
  @ApiStepUp()
  @ApiProblems('idempotency-key-missing', 'conflict', 'forbidden', 'not-found', 'second-factor-required')
  issueReset(
    @idParam('id', USER_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }
}
