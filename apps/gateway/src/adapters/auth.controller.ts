import { LoginRequest, TokenView } from '@ballast/contracts/accounts';
import { Public } from '@ballast/service-host';
import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiBodyProblems } from './api-decorators.js';
import { Owners } from './owners.js';

@ApiTags('Sign-in')
@Controller('v1/auth')
export class AuthController {
  constructor(private readonly owners: Owners) {}

  @Public()
  @Post('login')
  @ApiOperation({ operationId: 'signIn', summary: 'Sign in with a name and a password.' })
  @ApiBody({ type: LoginRequest })
  @ApiOkResponse({ type: TokenView, description: 'A token for the other routes.' })
  @ApiBodyProblems('login-failed')
  login(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }
}
