import {
  BeginOidcRequest,
  CompleteOidcRequest,
  OIDC_PROVIDER_PATTERN,
  OidcFlowView,
  OidcProviderList,
  ROLES,
  SecondFactorChallengeView,
  TokenView,
} from '@ballast/contracts/accounts';
import { Public, Roles, idParam } from '@ballast/service-host';
import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiBody,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiBodyProblems, ApiProblems, ApiStepUp, ApiNotRepeatable, OF_CREDENTIALS } from './api-decorators.js';
import { Owners } from './owners.js';

const PROVIDER = {
  name: 'provider',
  description: 'The issuer.',
  schema: { type: 'string', pattern: OIDC_PROVIDER_PATTERN.source },
} as const;

@ApiTags('Sign-in')
@Controller('v1/auth/oidc')
export class OidcController {
  constructor(private readonly owners: Owners) {}

  @Public()
  @Get()
  @ApiOperation({ operationId: 'listOidcProviders', summary: 'The OpenID Connect issuers you can sign in with.' })
  @ApiOkResponse({ type: OidcProviderList })
  @ApiProblems()
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Public()
  @Post(':provider')
  @ApiNotRepeatable(OF_CREDENTIALS)
  @ApiOperation({ operationId: 'beginOidcSignIn', summary: 'Begin to sign in with an issuer: where the browser goes.' })
  @ApiParam(PROVIDER)
  @ApiBody({ type: BeginOidcRequest })
  @ApiOkResponse({ type: OidcFlowView })
  @ApiBodyProblems('not-found')
  begin(
    @idParam('provider', OIDC_PROVIDER_PATTERN) _provider: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Public()
  @Post(':provider/complete')
  @ApiNotRepeatable(OF_CREDENTIALS)
  @ApiOperation({
    operationId: 'completeOidcSignIn',
    summary: 'Sign in with what the issuer sent the browser back with.',
  })
  @ApiParam(PROVIDER)
  @ApiBody({ type: CompleteOidcRequest })
  @ApiOkResponse({ type: TokenView })
  @ApiAcceptedResponse({
    type: SecondFactorChallengeView,
    description: 'You have a second factor here: go on with `POST /v1/auth/login/second-factor`.',
  })
  @ApiBodyProblems('login-failed', 'not-found')
  complete(
    @idParam('provider', OIDC_PROVIDER_PATTERN) _provider: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Post(':provider/link')
  @Roles(...ROLES)
  @ApiBearerAuth()
  @ApiNotRepeatable(OF_CREDENTIALS)
  @ApiOperation({ operationId: 'linkOidcIdentity', summary: 'Let yourself sign in with this issuer from now on.' })
  @ApiParam(PROVIDER)
  @ApiBody({ type: CompleteOidcRequest })
  @ApiNoContentResponse({ description: 'It is linked.' })
  @ApiStepUp()
  @ApiBodyProblems('login-failed', 'conflict', 'not-found', 'second-factor-required')
  link(
    @idParam('provider', OIDC_PROVIDER_PATTERN) _provider: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }
}
