import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { ApplyPresetRequest, PRESET_ID_PATTERN, PresetRequest } from '@ballast/contracts/accounts';
import type { PresetList, PresetView, ProfileView } from '@ballast/contracts/accounts';
import {
  ConditionalWrite,
  CurrentCaller,
  Roles,
  Scopes,
  idParam,
  requestHash,
  versionTag,
} from '@ballast/service-host';
import type { Caller, WriteHeaders } from '@ballast/service-host';
import { Body, Controller, Delete, Get, HttpCode, Post, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { KeepPresets } from '../keep-presets.js';

/** Presets of strategy and risk. */
@Controller('v1')
export class PresetsController {
  constructor(private readonly presets: KeepPresets) {}

  @Get('presets')
  @Scopes('profiles:read')
  list(@CurrentCaller() { userId }: Caller): Promise<PresetList> {
    return this.presets.list(userId);
  }

  @Post('presets')
  @Scopes('profiles:write')
  @Roles('trader', 'operator', 'admin')
  async create(
    @CurrentCaller() { userId }: Caller,
    @ConditionalWrite() headers: WriteHeaders,
    @Body() request: PresetRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PresetView> {
    const mark = { actor: userId, requestHash: requestHash('POST', '/v1/presets', request), ...headers };
    return tagged(reply, await this.presets.create(mark, request));
  }

  @Get('presets/:id')
  @Scopes('profiles:read')
  async one(
    @CurrentCaller() { userId }: Caller,
    @idParam('id', PRESET_ID_PATTERN) presetId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PresetView> {
    return tagged(reply, await this.presets.one(userId, presetId));
  }

  @Put('presets/:id')
  @Scopes('profiles:write')
  @Roles('trader', 'operator', 'admin')
  async update(
    @CurrentCaller() { userId }: Caller,
    @idParam('id', PRESET_ID_PATTERN) presetId: string,
    @ConditionalWrite() headers: WriteHeaders,
    @Body() request: PresetRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PresetView> {
    const mark = { actor: userId, requestHash: requestHash('PUT', `/v1/presets/${presetId}`, request), ...headers };
    return tagged(reply, await this.presets.update(presetId, mark, request));
  }

  /** Profiles that have it keep what they got. */
  @Delete('presets/:id')
  @HttpCode(204)
  @Scopes('profiles:write')
  @Roles('trader', 'operator', 'admin')
  delete(
    @CurrentCaller() { userId }: Caller,
    @idParam('id', PRESET_ID_PATTERN) presetId: string,
    @ConditionalWrite() headers: WriteHeaders,
  ): Promise<void> {
    const hash = requestHash('DELETE', `/v1/presets/${presetId}`, undefined);
    return this.presets.delete(presetId, { actor: userId, requestHash: hash, ...headers });
  }

  @Post('profiles/:id/preset')
  @HttpCode(200)
  @Scopes('profiles:write')
  @Roles('trader', 'operator', 'admin')
  async apply(
    @CurrentCaller() caller: Caller,
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @ConditionalWrite() headers: WriteHeaders,
    @Body() request: ApplyPresetRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProfileView> {
    const hash = requestHash('POST', `/v1/profiles/${profileId}/preset`, request);
    const mark = { actor: caller.userId, requestHash: hash, ...headers };
    return tagged(reply, await this.presets.apply({ caller, profileId, mark }, request));
  }
}

/** The answer, with the version of what it shows as its `ETag`. */
function tagged<View extends { readonly version: number }>(reply: FastifyReply, view: View): View {
  void reply.header('etag', versionTag(view.version));
  return view;
}
