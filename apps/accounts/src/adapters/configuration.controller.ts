import {
  CONFIGURATION_PATH,
  ChangeSettingRequest,
  RollBackSettingRequest,
  SCOPES,
  SETTING_KEY_PATTERN,
} from '@ballast/contracts/accounts';
import type {
  ConfigurationDocument,
  FeatureFlagsView,
  ProductNoticeView,
  SettingList,
  SettingVersionPage,
  SettingVersionView,
  SettingView,
} from '@ballast/contracts/accounts';
import {
  ConditionalWrite,
  CurrentCaller,
  PageQuery,
  Public,
  Roles,
  Scopes,
  VERSION_PATTERN,
  idParam,
  requestHash,
  versionTag,
} from '@ballast/service-host';
import type { Caller, PageRequest, WriteHeaders } from '@ballast/service-host';
import { Body, Controller, Get, Headers, HttpCode, Post, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ChangeSetting } from '../change-setting.js';
import type { SettingChange } from '../change-setting.js';
import { ReadConfiguration } from '../read-configuration.js';

const VERSIONS_PAGE = { limitDefault: 20, limitMax: 200 };

/** The settings of the product, for those who may change them. */
@Controller('v1/configuration')
export class ConfigurationController {
  constructor(
    private readonly read: ReadConfiguration,
    private readonly changeSetting: ChangeSetting,
  ) {}

  @Get()
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  list(): Promise<SettingList> {
    return this.read.list();
  }

  @Get(':key')
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  async one(
    @idParam('key', SETTING_KEY_PATTERN) key: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SettingView> {
    return tagged(reply, await this.read.one(key));
  }

  /** Where it allows more than before, the second factor must be fresh. */
  @Put(':key')
  @Scopes('admin:write')
  @Roles('admin')
  async change(
    @CurrentCaller() caller: Caller,
    @idParam('key', SETTING_KEY_PATTERN) key: string,
    @ConditionalWrite() headers: WriteHeaders,
    @Body() request: ChangeSettingRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SettingView> {
    const hash = requestHash('PUT', `/v1/configuration/${key}`, request);
    return tagged(reply, await this.changeSetting.execute(changeOf({ caller, key, headers }, hash), request));
  }

  @Get(':key/versions')
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  versions(
    @idParam('key', SETTING_KEY_PATTERN) key: string,
    @PageQuery(VERSIONS_PAGE) page: PageRequest,
  ): Promise<SettingVersionPage> {
    return this.read.versions(key, page);
  }

  @Get(':key/versions/:version')
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  version(
    @idParam('key', SETTING_KEY_PATTERN) key: string,
    @idParam('version', VERSION_PATTERN) version: string,
  ): Promise<SettingVersionView> {
    return this.read.version(key, Number(version));
  }

  @Post(':key/rollback')
  @HttpCode(200)
  @Scopes('admin:write')
  @Roles('admin')
  async rollBack(
    @CurrentCaller() caller: Caller,
    @idParam('key', SETTING_KEY_PATTERN) key: string,
    @ConditionalWrite() headers: WriteHeaders,
    @Body() request: RollBackSettingRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SettingView> {
    const hash = requestHash('POST', `/v1/configuration/${key}/rollback`, request);
    return tagged(reply, await this.changeSetting.rollBack(changeOf({ caller, key, headers }, hash), request));
  }
}

/** What of the settings is for everybody, and for the services. */
@Controller()
export class ConfigurationFeedController {
  constructor(private readonly read: ReadConfiguration) {}

  @Get('v1/feature-flags')
  @Scopes(...SCOPES)
  flags(): Promise<FeatureFlagsView> {
    return this.read.flags();
  }

  @Get('v1/notice')
  @Scopes(...SCOPES)
  notice(): Promise<ProductNoticeView> {
    return this.read.notice();
  }

  /** 304 without a body where the service has it already. */
  @Public()
  @Get(CONFIGURATION_PATH)
  async values(
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConfigurationDocument | undefined> {
    const configuration = await this.read.forServices();
    const tag = versionTag(configuration.revision);
    void reply.headers({ etag: tag, 'cache-control': 'no-cache' });
    if (known !== tag) return configuration;
    void reply.status(304);
    return undefined;
  }
}

function changeOf(
  { caller, key, headers }: { caller: Caller; key: string; headers: WriteHeaders },
  hash: string,
): SettingChange {
  return { caller, key, mark: { actor: caller.userId, requestHash: hash, ...headers } };
}

/** The setting, with its version as the `ETag` of the answer. */
function tagged(reply: FastifyReply, setting: SettingView): SettingView {
  void reply.header('etag', versionTag(setting.version));
  return setting;
}
