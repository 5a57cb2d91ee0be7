import { API_KEY_ID_PATTERN } from '@ballast/contracts';
import {
  ApiKeyPage,
  ApiKeySecretView,
  ApiKeyView,
  CreateApiKeyRequest,
  ROLES,
  RotateApiKeyRequest,
} from '@ballast/contracts/accounts';
import { Roles, idParam } from '@ballast/service-host';
import { Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ApiBodyProblems,
  ApiIdempotencyKey,
  ApiPage,
  ApiProblems,
  ApiRepeatable,
  ApiStepUp,
} from './api-decorators.js';
import { Owners } from './owners.js';

const ApiKeyId = (): MethodDecorator =>
  ApiParam({ name: 'id', description: 'The key.', schema: { type: 'string', pattern: API_KEY_ID_PATTERN.source } });

@ApiTags('API keys')
@ApiBearerAuth()
@Roles(...ROLES)
@Controller('v1/api-keys')
export class ApiKeysController {
  constructor(private readonly owners: Owners) {}

  @Post()
  @ApiStepUp()
  @ApiOperation({
    operationId: 'createApiKey',
    summary: 'Make an API key.',
    description: 'Its secret is in this answer and nowhere else: a repeated request is answered without it.',
  })
  @ApiIdempotencyKey()
  @ApiBody({ type: CreateApiKeyRequest })
  @ApiCreatedResponse({ type: ApiKeySecretView })
  @ApiBodyProblems(
    'idempotency-key-missing',
    'idempotency-key-reused',
    'forbidden',
    'second-factor-required',
    'conflict',
  )
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Get()
  @ApiOperation({ operationId: 'listApiKeys', summary: 'Your API keys; everybody’s for admins.' })
  @ApiPage(50, 500)
  @ApiOkResponse({ type: ApiKeyPage })
  @ApiProblems('invalid-request', 'forbidden')
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getApiKey', summary: 'One API key.' })
  @ApiKeyId()
  @ApiOkResponse({ type: ApiKeyView })
  @ApiProblems('not-found', 'forbidden')
  one(
    @idParam('id', API_KEY_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @ApiStepUp()
  @ApiOperation({
    operationId: 'rotateApiKey',
    summary: 'Give an API key another secret.',
    description: 'The secret before ends at once, or after `overlapSeconds`. The new one is in this answer only.',
  })
  @ApiKeyId()
  @ApiIdempotencyKey()
  @ApiBody({ type: RotateApiKeyRequest })
  @ApiOkResponse({ type: ApiKeySecretView })
  @ApiBodyProblems(
    'idempotency-key-missing',
    'idempotency-key-reused',
    'second-factor-required',
    'forbidden',
    'not-found',
    'conflict',
  )
  rotate(
    @idParam('id', API_KEY_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Delete(':id')
  @ApiOperation({ operationId: 'revokeApiKey', summary: 'Revoke an API key for good. Admins may revoke anybody’s.' })
  @ApiRepeatable()
  @ApiKeyId()
  @ApiOkResponse({ type: ApiKeyView, description: 'The key, revoked now or earlier.' })
  @ApiProblems('not-found', 'forbidden')
  revoke(
    @idParam('id', API_KEY_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }
}
