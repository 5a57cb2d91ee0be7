import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import {
  AdjustCapitalRequest,
  ChargeFeeRequest,
  MoveCapitalRequest,
  ReversePostingRequest,
} from '@ballast/contracts/ledger';
import type { CapitalMoveView } from '@ballast/contracts/ledger';
import {
  Clock,
  CurrentCaller,
  IdempotencyKey,
  RequireFreshSecondFactor,
  Roles,
  Scopes,
  idParam,
  requestHash,
} from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Body, Controller, Post } from '@nestjs/common';
import type { AmountKind } from '../domain/decide-move.js';
import { MoveCapital } from '../move-capital.js';
import { ReversePosting } from '../reverse-posting.js';
import { invalid, occurredAtIn, unitsIn, viewIn } from './capital-requests.js';

/**
 * Moves of capital over private HTTP: 201 with the posting, 409 when the caller is behind, 422 with a refusal. Somebody
 * else's profile is answered as one that does not exist.
 */
@Controller('v1/profiles/:id')
export class CapitalController {
  constructor(
    private readonly moveCapital: MoveCapital,
    private readonly reversePosting: ReversePosting,
    private readonly clock: Clock,
  ) {}

  @Post('deposits')
  @Scopes('capital:write')
  @Roles('trader', 'operator', 'admin')
  deposit(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Body() request: MoveCapitalRequest,
    @IdempotencyKey() idempotencyKey: string,
    @CurrentCaller() caller: Caller,
  ): Promise<CapitalMoveView> {
    return this.move('deposit', 'deposits', { profileId, request, idempotencyKey, caller });
  }

  @Post('withdrawals')
  @RequireFreshSecondFactor()
  @Scopes('capital:write')
  @Roles('trader', 'operator', 'admin')
  withdraw(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Body() request: MoveCapitalRequest,
    @IdempotencyKey() idempotencyKey: string,
    @CurrentCaller() caller: Caller,
  ): Promise<CapitalMoveView> {
    return this.move('withdrawal', 'withdrawals', { profileId, request, idempotencyKey, caller });
  }

  @Post('fees')
  @Scopes('capital:write')
  @Roles('operator', 'admin')
  chargeFee(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Body() request: ChargeFeeRequest,
    @IdempotencyKey() idempotencyKey: string,
    @CurrentCaller() caller: Caller,
  ): Promise<CapitalMoveView> {
    return this.move('fee', 'fees', { profileId, request, idempotencyKey, caller });
  }

  @Post('adjustments')
  @Scopes('capital:write')
  @Roles('operator', 'admin')
  adjust(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Body() request: AdjustCapitalRequest,
    @IdempotencyKey() idempotencyKey: string,
    @CurrentCaller() caller: Caller,
  ): Promise<CapitalMoveView> {
    return this.move('adjustment', 'adjustments', { profileId, request, idempotencyKey, caller });
  }

  @Post('reversals')
  @Scopes('capital:write')
  @Roles('operator', 'admin')
  async reverse(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Body() request: ReversePostingRequest,
    @IdempotencyKey() idempotencyKey: string,
    @CurrentCaller() caller: Caller,
  ): Promise<CapitalMoveView> {
    const hash = requestHash('POST', `/v1/profiles/${profileId}/reversals`, request);
    const asked = { kind: 'reversal', profileId, caller, idempotencyKey, requestHash: hash } as const;
    return viewIn(await this.reversePosting.execute({ ...asked, ...request }));
  }

  private async move(kind: AmountKind, path: string, asked: MoveAsked): Promise<CapitalMoveView> {
    const { profileId, request, idempotencyKey, caller } = asked;
    const hash = requestHash('POST', `/v1/profiles/${profileId}/${path}`, request);
    const { amount, occurredAt, ...rest } = request;
    const units = unitsIn(amount);
    if (units === 0n) throw invalid('/amount', 'must not be zero');
    const happened = occurredAtIn(occurredAt, this.clock.iso());
    const command = { kind, profileId, caller, units, idempotencyKey, requestHash: hash, ...rest, ...happened };
    return viewIn(await this.moveCapital.execute(command));
  }
}

interface MoveAsked {
  readonly profileId: string;
  readonly request: MoveCapitalRequest | ChargeFeeRequest | AdjustCapitalRequest;
  readonly idempotencyKey: string;
  readonly caller: Caller;
}
