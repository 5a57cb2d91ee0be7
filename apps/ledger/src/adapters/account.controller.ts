import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { CapitalLimitsRequest, ChangeAccountStateRequest } from '@ballast/contracts/ledger';
import type { CapitalLimitsView, CapitalView } from '@ballast/contracts/ledger';
import {
  CurrentCaller,
  IdempotencyKey,
  IfMatch,
  ProblemException,
  Roles,
  Scopes,
  contentTag,
  idParam,
  requestHash,
} from '@ballast/service-host';
import type { Caller, Precondition } from '@ballast/service-host';
import { Body, Controller, Get, HttpCode, Post, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ChangeAccount } from '../change-account.js';
import { ReadCapital } from '../read-capital.js';
import { invalid, unitsIn, viewIn } from './capital-requests.js';

/** What an account takes part in, over private HTTP: 200 with the capital, 422 with a refusal. */
@Controller('v1/profiles/:id/capital')
export class AccountController {
  constructor(
    private readonly changeAccount: ChangeAccount,
    private readonly readCapital: ReadCapital,
  ) {}

  @Post('close')
  @Scopes('capital:write')
  @HttpCode(200)
  @Roles('trader', 'operator', 'admin')
  close(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Body() request: ChangeAccountStateRequest,
    @IdempotencyKey() idempotencyKey: string,
    @CurrentCaller() caller: Caller,
  ): Promise<CapitalView> {
    return this.changeState('closing', 'close', { profileId, request, idempotencyKey, caller });
  }

  @Post('reopen')
  @Scopes('capital:write')
  @HttpCode(200)
  @Roles('trader', 'operator', 'admin')
  reopen(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Body() request: ChangeAccountStateRequest,
    @IdempotencyKey() idempotencyKey: string,
    @CurrentCaller() caller: Caller,
  ): Promise<CapitalView> {
    return this.changeState('reopening', 'reopen', { profileId, request, idempotencyKey, caller });
  }

  @Get('limits')
  @Scopes('capital:read')
  async limits(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CapitalLimitsView> {
    const capital = await this.readCapital.execute(profileId, caller);
    if (capital === undefined) throw new ProblemException('not-found');
    return limitsOf(tagged(capital, reply));
  }

  @Put('limits')
  @Scopes('capital:write')
  @Roles('trader', 'operator', 'admin')
  async setLimits(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Body() request: CapitalLimitsRequest,
    @IdempotencyKey() idempotencyKey: string,
    @IfMatch({}) precondition: Precondition,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CapitalView> {
    const answer = await this.changeAccount.setLimits({
      ...{ kind: 'limits', profileId, caller, idempotencyKey, limits: limitsIn(request) },
      requestHash: requestHash('PUT', `/v1/profiles/${profileId}/capital/limits`, request),
      wereSeen: (before) => precondition.holds(contentTag(before)),
    });
    return tagged(viewIn(answer), reply);
  }

  private async changeState(kind: 'closing' | 'reopening', path: string, asked: StateAsked): Promise<CapitalView> {
    const { profileId, request, idempotencyKey, caller } = asked;
    const hash = requestHash('POST', `/v1/profiles/${profileId}/capital/${path}`, request);
    const command = { kind, profileId, caller, idempotencyKey, requestHash: hash, reason: request.reason };
    return viewIn(await this.changeAccount.changeState(command));
  }
}

/** The capital, with the `ETag` of its limits in the answer. */
function tagged(capital: CapitalView, reply: FastifyReply): CapitalView {
  void reply.header('etag', contentTag(limitsOf(capital)));
  return capital;
}

function limitsOf({ availableMin, reservedMax }: CapitalView): CapitalLimitsView {
  return { ...(availableMin !== undefined && { availableMin }), ...(reservedMax !== undefined && { reservedMax }) };
}

interface StateAsked {
  readonly profileId: string;
  readonly request: ChangeAccountStateRequest;
  readonly idempotencyKey: string;
  readonly caller: Caller;
}

function limitsIn(request: CapitalLimitsRequest): { availableMin?: bigint; reservedMax?: bigint } {
  return Object.fromEntries(
    (['availableMin', 'reservedMax'] as const).flatMap((name) => {
      const text = request[name];
      if (text === undefined) return [];
      const units = unitsIn(text, `/${name}`);
      if (units < 0n) throw invalid(`/${name}`, 'must not be below zero');
      return [[name, units]];
    }),
  );
}
