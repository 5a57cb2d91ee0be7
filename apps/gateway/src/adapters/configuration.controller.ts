import {
  ChangeSettingRequest,
  FeatureFlagsView,
  ProductNoticeView,
  ROLES,
  RollBackSettingRequest,
  SCOPES,
  SETTING_KEY_PATTERN,
  SettingList,
  SettingVersionPage,
  SettingVersionView,
  SettingView,
} from '@ballast/contracts/accounts';
import { Roles, Scopes, VERSION_PATTERN, idParam } from '@ballast/service-host';
import { Controller, Get, HttpCode, Post, Put, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ApiBodyProblems,
  ApiIdempotencyKey,
  ApiIfMatch,
  ApiPage,
  ApiProblems,
  ApiVersion,
  ETAG,
} from './api-decorators.js';
import { Owners } from './owners.js';

const ApiKey = (): MethodDecorator =>
  ApiParam({
    name: 'key',
    description: 'The name of the setting.',
    schema: { type: 'string', pattern: SETTING_KEY_PATTERN.source },
    example: 'tabs.marketplace',
  });
const LOOSER = 'Where it allows more than before, the second factor must have been shown a moment ago.';

/** What an admin changes while the product runs, and what of it is for everybody. */
@ApiTags('Configuration')
@ApiBearerAuth()
@Controller('v1')
export class ConfigurationController {
  constructor(private readonly owners: Owners) {}

  @Get('feature-flags')
  @Scopes(...SCOPES)
  @Roles(...ROLES)
  @ApiOperation({ operationId: 'getFeatureFlags', summary: 'Which parts of the product are on, by area.' })
  @ApiOkResponse({ type: FeatureFlagsView })
  @ApiProblems('forbidden')
  flags(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Get('notice')
  @Scopes(...SCOPES)
  @Roles(...ROLES)
  @ApiOperation({ operationId: 'getNotice', summary: 'What everybody is told now, for example of maintenance.' })
  @ApiOkResponse({ type: ProductNoticeView })
  @ApiProblems('forbidden')
  notice(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Get('configuration')
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  @ApiOperation({ operationId: 'listSettings', summary: 'Every setting of the product, as it is now.' })
  @ApiOkResponse({ type: SettingList })
  @ApiProblems('forbidden')
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Get('configuration/:key')
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  @ApiOperation({ operationId: 'getSetting', summary: 'One setting.' })
  @ApiKey()
  @ApiOkResponse({ type: SettingView, headers: ETAG })
  @ApiProblems('forbidden', 'not-found')
  one(
    @idParam('key', SETTING_KEY_PATTERN) _key: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Put('configuration/:key')
  @Scopes('admin:write')
  @Roles('admin')
  @ApiOperation({
    operationId: 'changeSetting',
    summary: 'Give a setting another value. Every service has it within a second.',
    description: LOOSER,
  })
  @ApiKey()
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiBody({ type: ChangeSettingRequest })
  @ApiOkResponse({ type: SettingView, headers: ETAG })
  @ApiBodyProblems(
    'idempotency-key-missing',
    'idempotency-key-reused',
    'precondition-failed',
    'forbidden',
    'second-factor-required',
    'not-found',
  )
  change(
    @idParam('key', SETTING_KEY_PATTERN) _key: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Get('configuration/:key/versions')
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  @ApiOperation({ operationId: 'listSettingVersions', summary: 'What a setting was set to, by whom, when and why.' })
  @ApiKey()
  @ApiPage(20, 200)
  @ApiOkResponse({ type: SettingVersionPage })
  @ApiProblems('invalid-request', 'forbidden', 'not-found')
  versions(
    @idParam('key', SETTING_KEY_PATTERN) _key: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Get('configuration/:key/versions/:version')
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  @ApiOperation({ operationId: 'getSettingVersion', summary: 'One version of a setting.' })
  @ApiKey()
  @ApiVersion()
  @ApiOkResponse({ type: SettingVersionView })
  @ApiProblems('forbidden', 'not-found')
  version(
    @idParam('key', SETTING_KEY_PATTERN) _key: string,
    @idParam('version', VERSION_PATTERN) _version: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Post('configuration/:key/rollback')
  @HttpCode(200)
  @Scopes('admin:write')
  @Roles('admin')
  @ApiOperation({
    operationId: 'rollBackSetting',
    summary: 'Give a setting the value of an earlier version, as a new one; version 1 is the default.',
    description: LOOSER,
  })
  @ApiKey()
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiBody({ type: RollBackSettingRequest })
  @ApiOkResponse({ type: SettingView, headers: ETAG })
  @ApiBodyProblems(
    'idempotency-key-missing',
    'idempotency-key-reused',
    'precondition-failed',
    'forbidden',
    'second-factor-required',
    'not-found',
  )
  rollBack(
    @idParam('key', SETTING_KEY_PATTERN) _key: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }
}
