import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { MoveCapitalRequest } from '@ballast/contracts/ledger';
import type { CapitalMoveView, CapitalView } from '@ballast/contracts/ledger';
import { CAPITAL_ASSET, decimal, exactUnits } from '@ballast/money';
import { CurrentCaller, IdempotencyKey, ProblemException, Roles, idParam, requestHash } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Body, Controller, Get, Post } from '@nestjs/common';
import type { MoveKind } from '../domain/decide-move.js';
import { MoveCapital } from '../move-capital.js';
import type { MoveAnswer } from '../move-capital.js';
import { ReadCapital } from '../read-capital.js';

/** Capital over private HTTP. Somebody else's profile is answered as one that does not exist. */
@Controller('v1/profiles/:id')
export class CapitalController {
  constructor(
    private readonly moveCapital: MoveCapital,
    private readonly readCapital: ReadCapital,
  ) {}

  /** 201 with the posting. */
  @Post('deposits')
  @Roles('trader', 'operator', 'admin')
  deposit(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Body() request: MoveCapitalRequest,
    @IdempotencyKey() idempotencyKey: string,
    @CurrentCaller() caller: Caller,
  ): Promise<CapitalMoveView> {
    return this.move('deposit', { profileId, request, idempotencyKey, caller });
  }

  /** 201 with the posting; 422 with the refusal when less is available. */
  @Post('withdrawals')
  @Roles('trader', 'operator', 'admin')
  withdraw(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Body() request: MoveCapitalRequest,
    @IdempotencyKey() idempotencyKey: string,
    @CurrentCaller() caller: Caller,
  ): Promise<CapitalMoveView> {
    return this.move('withdrawal', { profileId, request, idempotencyKey, caller });
  }

  @Get('capital')
  async capital(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<CapitalView> {
    const view = await this.readCapital.execute(profileId, caller);
    if (view === undefined) throw new ProblemException('not-found');
    return view;
  }

  private async move(kind: MoveKind, asked: MoveAsked): Promise<CapitalMoveView> {
    const { profileId, request, idempotencyKey, caller } = asked;
    const hash = requestHash('POST', `/v1/profiles/${profileId}/${kind}s`, request);
    const units = unitsOf(request);
    const command = { profileId, caller, kind, units, idempotencyKey, requestHash: hash };
    return viewOf(await this.moveCapital.execute(command));
  }
}

interface MoveAsked {
  readonly profileId: string;
  readonly request: MoveCapitalRequest;
  readonly idempotencyKey: string;
  readonly caller: Caller;
}

function unitsOf({ amount }: MoveCapitalRequest): bigint {
  const units = exactUnits(decimal(amount), CAPITAL_ASSET);
  if (units !== undefined) return units;
  throw new ProblemException('invalid-request', {
    errors: [{ pointer: '/amount', detail: 'must fall on whole cents' }],
  });
}

function viewOf(answer: MoveAnswer): CapitalMoveView {
  switch (answer.outcome) {
    case 'moved':
      return answer.view;
    case 'refused':
      throw new ProblemException('capital-refused', { refusal: answer.refusal });
    case 'key-reused':
      throw new ProblemException('idempotency-key-reused');
    case 'not-found':
      throw new ProblemException('not-found');
  }
}
