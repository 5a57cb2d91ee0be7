import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import {
  ApplyPresetRequest,
  PRESET_ID_PATTERN,
  PresetList,
  PresetRequest,
  PresetView,
  ProfileView,
  ROLES,
} from '@ballast/contracts/accounts';
import { Roles, Scopes, idParam } from '@ballast/service-host';
import { Controller, Delete, Get, HttpCode, Post, Put, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ConfigureProfile } from '../configure-profile.js';
import { ApiBodyProblems, ApiIdempotencyKey, ApiIfMatch, ApiProblems, ETAG } from './api-decorators.js';
import { Owners, ownerRequest, sendAnswer } from './owners.js';

const ApiPresetId = (): MethodDecorator =>
  ApiParam({
    name: 'id',
    description: 'The preset: a shipped one by its name, or one of your own.',
    schema: { type: 'string', pattern: PRESET_ID_PATTERN.source },
    example: 'balanced',
  });

@ApiTags('Presets')
@ApiBearerAuth()
@Roles(...ROLES)
@Controller('v1')
export class PresetsController {
  constructor(
    private readonly owners: Owners,
    private readonly configureProfile: ConfigureProfile,
  ) {}

  @Get('presets')
  @Scopes('profiles:read')
  @ApiOperation({ operationId: 'listPresets', summary: 'Presets of strategy and risk: the shipped ones and your own.' })
  @ApiOkResponse({ type: PresetList })
  @ApiProblems('forbidden')
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Post('presets')
  @Scopes('profiles:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({ operationId: 'createPreset', summary: 'Make a preset of your own.' })
  @ApiIdempotencyKey()
  @ApiBody({ type: PresetRequest })
  @ApiCreatedResponse({ type: PresetView, headers: ETAG })
  @ApiBodyProblems('idempotency-key-missing', 'idempotency-key-reused', 'forbidden', 'conflict')
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Get('presets/:id')
  @Scopes('profiles:read')
  @ApiOperation({ operationId: 'getPreset', summary: 'One preset.' })
  @ApiPresetId()
  @ApiOkResponse({ type: PresetView, headers: ETAG })
  @ApiProblems('not-found')
  one(
    @idParam('id', PRESET_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Put('presets/:id')
  @Scopes('profiles:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({
    operationId: 'updatePreset',
    summary: 'Give a preset of your own another content. Profiles that have it keep what they got.',
  })
  @ApiPresetId()
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiBody({ type: PresetRequest })
  @ApiOkResponse({ type: PresetView, headers: ETAG })
  @ApiBodyProblems(
    'idempotency-key-missing',
    'idempotency-key-reused',
    'precondition-failed',
    'forbidden',
    'not-found',
    'conflict',
  )
  update(
    @idParam('id', PRESET_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Delete('presets/:id')
  @HttpCode(204)
  @Scopes('profiles:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({ operationId: 'deletePreset', summary: 'Delete a preset of your own. Profiles keep what they got.' })
  @ApiPresetId()
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiNoContentResponse({ description: 'It is gone.' })
  @ApiProblems(
    'invalid-request',
    'idempotency-key-missing',
    'idempotency-key-reused',
    'precondition-failed',
    'forbidden',
    'not-found',
    'conflict',
  )
  delete(
    @idParam('id', PRESET_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Post('profiles/:id/preset')
  @HttpCode(200)
  @Scopes('profiles:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({
    operationId: 'applyPreset',
    summary: 'Give a profile the strategy and risk of a preset. Answered when its orders are held to it.',
  })
  @ApiParam({ name: 'id', description: 'The profile.', schema: { type: 'string', pattern: PROFILE_ID_PATTERN.source } })
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiBody({ type: ApplyPresetRequest })
  @ApiOkResponse({ type: ProfileView, headers: ETAG })
  @ApiBodyProblems('idempotency-key-missing', 'idempotency-key-reused', 'precondition-failed', 'forbidden', 'not-found')
  async apply(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAnswer(reply, await this.configureProfile.execute(ownerRequest(request)));
  }
}
