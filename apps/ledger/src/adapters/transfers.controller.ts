import { PROFILE_ID_PATTERN, TRANSFER_ID_PATTERN } from '@ballast/contracts';
import { TransferCapitalRequest } from '@ballast/contracts/ledger';
import type { TransferView } from '@ballast/contracts/ledger';
import {
  CurrentCaller,
  IdempotencyKey,
  ProblemException,
  Roles,
  Scopes,
  idParam,
  requestHash,
} from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Body, Controller, Get, Post } from '@nestjs/common';
import { TransferCapital } from '../transfer-capital.js';
import { unitsIn, viewIn } from './capital-requests.js';

/** Capital moved between two profiles of one owner, over private HTTP. */
@Controller('v1/profiles/:id/transfers')
export class TransfersController {
  constructor(private readonly transfers: TransferCapital) {}

  /** 201 with the transfer at its end; 409 when the caller is behind, 422 with a refusal. */
  @Post()
  @Scopes('capital:write')
  @Roles('trader', 'operator', 'admin')
  async transfer(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Body() request: TransferCapitalRequest,
    @IdempotencyKey() idempotencyKey: string,
    @CurrentCaller() caller: Caller,
  ): Promise<TransferView> {
    const hash = requestHash('POST', `/v1/profiles/${profileId}/transfers`, request);
    const { amount, ...rest } = request;
    const asked = { kind: 'transfer', profileId, caller, idempotencyKey, requestHash: hash } as const;
    return viewIn(await this.transfers.execute({ ...asked, ...rest, units: unitsIn(amount) }));
  }

  @Get(':transferId')
  @Scopes('capital:read')
  async one(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @idParam('transferId', TRANSFER_ID_PATTERN) transferId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<TransferView> {
    const view = await this.transfers.read(profileId, transferId, caller);
    if (view === undefined) throw new ProblemException('not-found');
    return view;
  }
}
