import {
  ChangePasswordRequest,
  EnrolSecondFactorRequest,
  LoginRequest,
  RefreshRequest,
  SecondFactorLoginRequest,
  StepUpRequest,
} from '@ballast/contracts/accounts';
import type {
  SecondFactorChallengeView,
  SecondFactorEnrolledView,
  SecondFactorSecretView,
  TokenView,
} from '@ballast/contracts/accounts';
import { CurrentCaller, Public, RequireFreshSecondFactor } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Body, Controller, Delete, Header, HttpCode, Post, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ChangePassword } from '../change-password.js';
import type { Client } from '../domain/session.js';
import { EndSessions } from '../end-sessions.js';
import { EnrolSecondFactor } from '../enrol-second-factor.js';
import { RefreshSession } from '../refresh-session.js';
import { SignIn } from '../sign-in.js';
import { StepUp } from '../step-up.js';
import { RequestClient } from './request-client.js';

/** Signing in and out, and proving once more who one is. */
@Controller('v1/auth')
export class AuthController {
  constructor(
    private readonly signIn: SignIn,
    private readonly refreshSession: RefreshSession,
    private readonly endSessions: EndSessions,
    private readonly stepUp: StepUp,
    private readonly enrol: EnrolSecondFactor,
    private readonly changePassword: ChangePassword,
  ) {}

  /** 200 with tokens, or 202 with a challenge where the user has a second factor. */
  @Public()
  @Post('login')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async login(
    @Body() request: LoginRequest,
    @RequestClient() client: Client,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokenView | SecondFactorChallengeView> {
    const answer = await this.signIn.execute(request, client);
    if ('tokens' in answer) return answer.tokens;
    void reply.status(202);
    return answer.challenge;
  }

  @Public()
  @Post('login/second-factor')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  secondFactor(@Body() request: SecondFactorLoginRequest, @RequestClient() client: Client): Promise<TokenView> {
    return this.signIn.withSecondFactor(request, client);
  }

  @Public()
  @Post('refresh')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  refresh(@Body() { refreshToken }: RefreshRequest, @RequestClient() client: Client): Promise<TokenView> {
    return this.refreshSession.execute(refreshToken, client);
  }

  @Post('logout')
  @HttpCode(204)
  async logout(@CurrentCaller() { userId, sessionId }: Caller): Promise<void> {
    if (sessionId !== undefined) await this.endSessions.one(userId, sessionId, 'signed-out');
  }

  @Post('step-up')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  prove(@CurrentCaller() caller: Caller, @Body() { code }: StepUpRequest): Promise<TokenView> {
    return this.stepUp.execute(caller, code);
  }

  @Put('password')
  @HttpCode(204)
  change(@CurrentCaller() caller: Caller, @Body() request: ChangePasswordRequest): Promise<void> {
    return this.changePassword.execute(caller, request);
  }

  @Post('second-factor')
  @Header('cache-control', 'no-store')
  begin(
    @CurrentCaller() caller: Caller,
    @Body() { password }: EnrolSecondFactorRequest,
  ): Promise<SecondFactorSecretView> {
    return this.enrol.begin(caller, password);
  }

  @Post('second-factor/confirm')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  confirm(@CurrentCaller() caller: Caller, @Body() { code }: StepUpRequest): Promise<SecondFactorEnrolledView> {
    return this.enrol.confirm(caller, code);
  }

  @Delete('second-factor')
  @HttpCode(204)
  @RequireFreshSecondFactor()
  remove(@CurrentCaller() { userId }: Caller): Promise<void> {
    return this.enrol.remove(userId, userId);
  }
}
