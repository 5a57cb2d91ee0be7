import { API_KEY_ID_PATTERN } from '@ballast/contracts';
import { CreateApiKeyRequest, ExchangeApiKeyRequest, RotateApiKeyRequest } from '@ballast/contracts/accounts';
import type { ApiKeyPage, ApiKeySecretView, ApiKeyTokenView, ApiKeyView } from '@ballast/contracts/accounts';
import {
  AnsweredWrites,
  CurrentCaller,
  IdempotencyKey,
  PageQuery,
  Public,
  Repeatable,
  RequireFreshSecondFactor,
  idParam,
  requestHash,
} from '@ballast/service-host';
import type { Caller, PageRequest, RepeatableWrite } from '@ballast/service-host';
import { Body, Controller, Delete, Get, Header, HttpCode, Post } from '@nestjs/common';
import { CreateApiKey } from '../create-api-key.js';
import { ExchangeApiKey } from '../exchange-api-key.js';
import { ReadApiKeys } from '../read-api-keys.js';
import { RevokeApiKey } from '../revoke-api-key.js';
import { RotateApiKey } from '../rotate-api-key.js';

const PAGE = { limitDefault: 50, limitMax: 500 };

/** The API keys of the caller. No key opens this: who has one must not be able to make another. */
@Controller('v1/api-keys')
export class ApiKeysController {
  constructor(
    private readonly createApiKey: CreateApiKey,
    private readonly readApiKeys: ReadApiKeys,
    private readonly rotateApiKey: RotateApiKey,
    private readonly revokeApiKey: RevokeApiKey,
    private readonly answered: AnsweredWrites,
  ) {}

  @Post()
  @RequireFreshSecondFactor()
  @Header('cache-control', 'no-store')
  create(
    @CurrentCaller() caller: Caller,
    @IdempotencyKey() idempotencyKey: string,
    @Body() request: CreateApiKeyRequest,
  ): Promise<ApiKeySecretView> {
    const madeBy = { idempotencyKey, requestHash: requestHash('POST', '/v1/api-keys', request) };
    return this.createApiKey.execute({ caller, request, madeBy });
  }

  @Get()
  list(@CurrentCaller() caller: Caller, @PageQuery(PAGE) page: PageRequest): Promise<ApiKeyPage> {
    return this.readApiKeys.page(caller, page);
  }

  @Get(':id')
  read(@CurrentCaller() caller: Caller, @idParam('id', API_KEY_ID_PATTERN) keyId: string): Promise<ApiKeyView> {
    return this.readApiKeys.one(caller, keyId);
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @RequireFreshSecondFactor()
  @Header('cache-control', 'no-store')
  rotate(
    @CurrentCaller() caller: Caller,
    @idParam('id', API_KEY_ID_PATTERN) keyId: string,
    @IdempotencyKey() idempotencyKey: string,
    @Body() request: RotateApiKeyRequest,
  ): Promise<ApiKeySecretView> {
    const rotatedBy = { idempotencyKey, requestHash: requestHash('POST', `/v1/api-keys/${keyId}/rotate`, request) };
    return this.rotateApiKey.execute({ caller, keyId, overlapSeconds: request.overlapSeconds ?? 0, rotatedBy });
  }

  @Delete(':id')
  revoke(
    @CurrentCaller() caller: Caller,
    @idParam('id', API_KEY_ID_PATTERN) keyId: string,
    @Repeatable() write: RepeatableWrite,
  ): Promise<ApiKeyView> {
    return this.answered.once(write, () => this.revokeApiKey.execute(caller, keyId));
  }
}

/** What the gateway asks for a caller who sent a key; no route of the gateway leads here. */
@Controller('internal/api-keys')
export class ApiKeyExchangeController {
  constructor(private readonly exchangeApiKey: ExchangeApiKey) {}

  @Public()
  @Post('exchange')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  exchange(@Body() { secret }: ExchangeApiKeyRequest): Promise<ApiKeyTokenView> {
    return this.exchangeApiKey.execute(secret);
  }
}
