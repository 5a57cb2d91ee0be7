import {
  LoginRequest,
  ROLES,
  RefreshRequest,
  ResetPasswordRequest,
  SecondFactorChallengeView,
  SecondFactorLoginRequest,
  TokenView,
} from '@ballast/contracts/accounts';
import { Public, Roles } from '@ballast/service-host';
import { Controller, Post, Req, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiBody,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiBodyProblems, ApiProblems, ApiNotRepeatable, OF_CREDENTIALS } from './api-decorators.js';
import { Owners } from './owners.js';

@ApiTags('Sign-in')
@Controller('v1/auth')
export class AuthController {
  constructor(private readonly owners: Owners) {}

  @Public()
  @Post('login')
  @ApiNotRepeatable(OF_CREDENTIALS)
  @ApiOperation({ operationId: 'signIn', summary: 'Sign in with a name and a password.' })
  @ApiBody({ type: LoginRequest })
  @ApiOkResponse({ type: TokenView, description: 'A token for the other routes, and one that gives the next.' })
  @ApiAcceptedResponse({
    type: SecondFactorChallengeView,
    description: 'You have a second factor: go on with `POST /v1/auth/login/second-factor`.',
  })
  @ApiBodyProblems('login-failed')
  login(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Public()
  @Post('login/second-factor')
  @ApiNotRepeatable(OF_CREDENTIALS)
  @ApiOperation({
    operationId: 'completeSignIn',
    summary: 'The second step of signing in: a one-time or recovery code.',
  })
  @ApiBody({ type: SecondFactorLoginRequest })
  @ApiOkResponse({ type: TokenView })
  @ApiBodyProblems('login-failed', 'second-factor-wrong', 'conflict')
  secondFactor(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Public()
  @Post('refresh')
  @ApiNotRepeatable(OF_CREDENTIALS)
  @ApiOperation({
    operationId: 'refreshTokens',
    summary: 'Turn a refresh token into the next access and refresh token.',
    description:
      'Each refresh token works once. The one before the newest gives the newest again for 10 s, for two tabs that ' +
      'refresh at once; any other that was used before ends the session, as two parties have its tokens.',
  })
  @ApiBody({ type: RefreshRequest })
  @ApiOkResponse({ type: TokenView })
  @ApiBodyProblems('refresh-refused')
  refresh(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Post('logout')
  @Roles(...ROLES)
  @ApiBearerAuth()
  @ApiNotRepeatable(OF_CREDENTIALS)
  @ApiOperation({ operationId: 'signOut', summary: 'End this session.' })
  @ApiNoContentResponse({ description: 'The session is over; its tokens are refused everywhere within 10 s.' })
  @ApiProblems()
  logout(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Public()
  @Post('password-reset')
  @ApiNotRepeatable(OF_CREDENTIALS)
  @ApiOperation({
    operationId: 'resetPassword',
    summary: 'Set another password with the secret that an admin has given you. Every session of yours ends.',
  })
  @ApiBody({ type: ResetPasswordRequest })
  @ApiNoContentResponse({ description: 'Sign in with the new one; the secret is worth nothing any more.' })
  @ApiBodyProblems('reset-refused')
  resetPassword(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }
}
