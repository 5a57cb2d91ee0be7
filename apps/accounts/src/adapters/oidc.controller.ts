import { BeginOidcRequest, CompleteOidcRequest, OIDC_PROVIDER_PATTERN } from '@ballast/contracts/accounts';
import type { OidcFlowView, OidcProviderList, SecondFactorChallengeView, TokenView } from '@ballast/contracts/accounts';
import { CurrentCaller, Public, RequireFreshSecondFactor, idParam } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Body, Controller, Get, Header, HttpCode, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Client } from '../domain/session.js';
import { SignInWithOidc } from '../sign-in-with-oidc.js';
import { OidcIssuers } from './oidc-issuers.js';
import { RequestClient } from './request-client.js';

/** Signing in with an OpenID Connect issuer. */
@Controller('v1/auth/oidc')
export class OidcController {
  constructor(
    private readonly signIn: SignInWithOidc,
    private readonly issuers: OidcIssuers,
  ) {}

  @Public()
  @Get()
  list(): OidcProviderList {
    return { items: this.issuers.names.map((name) => ({ name })) };
  }

  @Public()
  @Post(':provider')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  begin(
    @idParam('provider', OIDC_PROVIDER_PATTERN) provider: string,
    @Body() request: BeginOidcRequest,
  ): Promise<OidcFlowView> {
    return this.signIn.begin(provider, request);
  }

  /** 200 with tokens, or 202 with a challenge where the user has a second factor here. */
  @Public()
  @Post(':provider/complete')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async complete(
    @idParam('provider', OIDC_PROVIDER_PATTERN) provider: string,
    @Body() request: CompleteOidcRequest,
    @RequestClient() client: Client,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokenView | SecondFactorChallengeView> {
    const answer = await this.signIn.complete(provider, request, client);
    if ('tokens' in answer) return answer.tokens;
    void reply.status(202);
    return answer.challenge;
  }

  @Post(':provider/link')
  @HttpCode(204)
  @RequireFreshSecondFactor()
  link(
    @idParam('provider', OIDC_PROVIDER_PATTERN) provider: string,
    @CurrentCaller() { userId }: Caller,
    @Body() request: CompleteOidcRequest,
  ): Promise<void> {
    return this.signIn.link(provider, userId, request);
  }
}
