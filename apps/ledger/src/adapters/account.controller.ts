import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { CapitalLimitsRequest, ChangeAccountStateRequest } from '@ballast/contracts/ledger';
import type { CapitalView } from '@ballast/contracts/ledger';
import { CurrentCaller, IdempotencyKey, Roles, Scopes, idParam, requestHash } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Body, Controller, HttpCode, Post, Put } from '@nestjs/common';
import { ChangeAccount } from '../change-account.js';
import { invalid, unitsIn, viewIn } from './capital-requests.js';

/** What an account takes part in, over private HTTP: 200 with the capital, 422 with a refusal. */
@Controller('v1/profiles/:id/capital')
export class AccountController {
  constructor(private readonly changeAccount: ChangeAccount) {}

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

  @Put('limits')
  @Scopes('capital:write')
  @Roles('trader', 'operator', 'admin')
  async setLimits(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Body() request: CapitalLimitsRequest,
    @IdempotencyKey() idempotencyKey: string,
    @CurrentCaller() caller: Caller,
  ): Promise<CapitalView> {
    const hash = requestHash('PUT', `/v1/profiles/${profileId}/capital/limits`, request);
    const limits = limitsIn(request);
    const command = { kind: 'limits', profileId, caller, idempotencyKey, requestHash: hash, limits } as const;
    return viewIn(await this.changeAccount.setLimits(command));
  }

  private async changeState(kind: 'closing' | 'reopening', path: string, asked: StateAsked): Promise<CapitalView> {
    const { profileId, request, idempotencyKey, caller } = asked;
    const hash = requestHash('POST', `/v1/profiles/${profileId}/capital/${path}`, request);
    const command = { kind, profileId, caller, idempotencyKey, requestHash: hash, reason: request.reason };
    return viewIn(await this.changeAccount.changeState(command));
  }
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
