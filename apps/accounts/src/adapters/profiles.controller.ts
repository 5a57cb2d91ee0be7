import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { ConfigureProfileRequest, CreateProfileRequest, RollBackProfileRequest } from '@ballast/contracts/accounts';
import type { ProfilePage, ProfileVersionPage, ProfileVersionView, ProfileView } from '@ballast/contracts/accounts';
import {
  ConditionalWrite,
  CurrentCaller,
  IdempotencyKey,
  PageQuery,
  Roles,
  Scopes,
  VERSION_PATTERN,
  idParam,
  requestHash,
  versionTag,
} from '@ballast/service-host';
import type { Caller, PageRequest, WriteHeaders } from '@ballast/service-host';
import { Body, Controller, Get, HttpCode, Patch, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ConfigureProfile } from '../configure-profile.js';
import type { ProfileChange } from '../configure-profile.js';
import { CreateProfile } from '../create-profile.js';
import { ReadProfileVersions } from '../read-profile-versions.js';
import { ReadProfiles } from '../read-profiles.js';

const PAGE = { limitDefault: 50, limitMax: 500 };
const VERSIONS_PAGE = { limitDefault: 20, limitMax: 200 };

/** The profiles of the caller. */
@Controller('v1/profiles')
export class ProfilesController {
  constructor(
    private readonly createProfile: CreateProfile,
    private readonly readProfiles: ReadProfiles,
    private readonly configureProfile: ConfigureProfile,
    private readonly readVersions: ReadProfileVersions,
  ) {}

  @Post()
  @Scopes('profiles:write')
  @Roles('trader', 'operator', 'admin')
  create(
    @CurrentCaller() { userId }: Caller,
    @IdempotencyKey() idempotencyKey: string,
    @Body() request: CreateProfileRequest,
  ): Promise<ProfileView> {
    return this.createProfile.execute({
      ownerId: userId,
      idempotencyKey,
      requestHash: requestHash('POST', '/v1/profiles', request),
      request,
    });
  }

  @Get()
  @Scopes('profiles:read')
  list(@CurrentCaller() caller: Caller, @PageQuery(PAGE) page: PageRequest): Promise<ProfilePage> {
    return this.readProfiles.page(caller, page);
  }

  @Get(':id')
  @Scopes('profiles:read')
  async read(
    @CurrentCaller() caller: Caller,
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProfileView> {
    return tagged(reply, await this.readProfiles.one(caller, profileId));
  }

  /** What is given takes the place of what was; the rest stays. */
  @Patch(':id')
  @Scopes('profiles:write')
  @Roles('trader', 'operator', 'admin')
  async configure(
    @CurrentCaller() caller: Caller,
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @ConditionalWrite() headers: WriteHeaders,
    @Body() request: ConfigureProfileRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProfileView> {
    const asked = changeOf({ caller, profileId, headers }, requestHash('PATCH', `/v1/profiles/${profileId}`, request));
    return tagged(reply, await this.configureProfile.execute(asked, request));
  }

  @Get(':id/versions')
  @Scopes('profiles:read')
  versions(
    @CurrentCaller() caller: Caller,
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @PageQuery(VERSIONS_PAGE) page: PageRequest,
  ): Promise<ProfileVersionPage> {
    return this.readVersions.page(caller, profileId, page);
  }

  @Get(':id/versions/:version')
  @Scopes('profiles:read')
  version(
    @CurrentCaller() caller: Caller,
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @idParam('version', VERSION_PATTERN) version: string,
  ): Promise<ProfileVersionView> {
    return this.readVersions.one(caller, profileId, Number(version));
  }

  /** Not back in time: one more version, with the content of that one. */
  @Post(':id/rollback')
  @HttpCode(200)
  @Scopes('profiles:write')
  @Roles('trader', 'operator', 'admin')
  async rollBack(
    @CurrentCaller() caller: Caller,
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @ConditionalWrite() headers: WriteHeaders,
    @Body() request: RollBackProfileRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProfileView> {
    const hash = requestHash('POST', `/v1/profiles/${profileId}/rollback`, request);
    const asked = changeOf({ caller, profileId, headers }, hash);
    return tagged(reply, await this.configureProfile.rollBack(asked, request));
  }
}

function changeOf(
  { caller, profileId, headers }: { caller: Caller; profileId: string; headers: WriteHeaders },
  hash: string,
): ProfileChange {
  return { caller, profileId, mark: { actor: caller.userId, requestHash: hash, ...headers } };
}

/** The profile, with its version as the `ETag` of the answer. */
function tagged(reply: FastifyReply, profile: ProfileView): ProfileView {
  void reply.header('etag', versionTag(profile.version));
  return profile;
}
