import { USER_ID_PATTERN } from '@ballast/contracts';
import { PasswordResetView, ResetPasswordRequest } from '@ballast/contracts/accounts';
import { Public, Roles, idParam } from '@ballast/service-host';
import { Controller, Post, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ApiBodyProblems,
  ApiIdempotencyKey,
  ApiNotRepeatable,
  ApiProblems,
  ApiStepUp,
  OF_CREDENTIALS,
} from './api-decorators.js';
import { Owners } from './owners.js';

@Controller('v1')
export class PasswordResetController {
  constructor(private readonly owners: Owners) {}

  @Post('users/:id/password-reset')
  @Roles('admin')
  @ApiTags('Users')
  @ApiBearerAuth()
  @ApiOperation({
    operationId: 'issuePasswordReset',
    summary: 'Let a user who has lost the password set another one, within an hour. Admins only.',
    description: 'The newest reset takes the place of those before. Give the secret to nobody but the user.',
  })
  @ApiParam({ name: 'id', description: 'The user.', schema: { type: 'string', pattern: USER_ID_PATTERN.source } })
  @ApiIdempotencyKey()
  @ApiCreatedResponse({ type: PasswordResetView, description: 'The secret is shown this once.' })
  @ApiStepUp()
  @ApiProblems('idempotency-key-missing', 'conflict', 'forbidden', 'not-found', 'second-factor-required')
  issue(
    @idParam('id', USER_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Public()
  @Post('auth/password-reset')
  @ApiTags('Sign-in')
  @ApiNotRepeatable(OF_CREDENTIALS)
  @ApiOperation({
    operationId: 'resetPassword',
    summary: 'Set another password with the secret that an admin has given you. Every session of yours ends.',
  })
  @ApiBody({ type: ResetPasswordRequest })
  @ApiNoContentResponse({ description: 'Sign in with the new one; the secret is worth nothing any more.' })
  @ApiBodyProblems('reset-refused')
  use(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }
}
