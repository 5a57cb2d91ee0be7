import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import {
  ConfigureProfileRequest,
  CreateProfileRequest,
  ProfilePage,
  ProfileVersionPage,
  ProfileVersionView,
  ProfileView,
  ROLES,
  RollBackProfileRequest,
} from '@ballast/contracts/accounts';
import { Roles, Scopes, VERSION_PATTERN, idParam } from '@ballast/service-host';
import { Controller, Get, HttpCode, Patch, Post, Req, Res } from '@nestjs/common';
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
import { ConfigureProfile } from '../configure-profile.js';
import { CreateProfile } from '../create-profile.js';
import {
  ApiBodyProblems,
  ApiIdempotencyKey,
  ApiIfMatch,
  ApiPage,
  ApiProblems,
  ApiVersion,
  ETAG,
} from './api-decorators.js';
import { Owners, ownerRequest, sendAnswer } from './owners.js';

const ApiProfileId = (): MethodDecorator =>
  ApiParam({ name: 'id', description: 'The profile.', schema: { type: 'string', pattern: PROFILE_ID_PATTERN.source } });

@ApiTags('Profiles')
@ApiBearerAuth()
@Roles(...ROLES)
@Controller('v1/profiles')
export class ProfilesController {
  constructor(
    private readonly owners: Owners,
    private readonly createProfile: CreateProfile,
    private readonly configureProfile: ConfigureProfile,
  ) {}

  @Post()
  @Scopes('profiles:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({ operationId: 'createProfile', summary: 'Make a profile. Answered when it can be funded and traded.' })
  @ApiIdempotencyKey()
  @ApiBody({ type: CreateProfileRequest })
  @ApiCreatedResponse({ type: ProfileView })
  @ApiBodyProblems('idempotency-key-missing', 'idempotency-key-reused', 'forbidden')
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    sendAnswer(reply, await this.createProfile.execute(ownerRequest(request)));
  }

  @Get()
  @Scopes('profiles:read')
  @ApiOperation({ operationId: 'listProfiles', summary: 'Your profiles; everybody’s for operators and admins.' })
  @ApiPage(50, 500)
  @ApiOkResponse({ type: ProfilePage })
  @ApiProblems('invalid-request')
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Get(':id')
  @Scopes('profiles:read')
  @ApiOperation({ operationId: 'getProfile', summary: 'One profile.' })
  @ApiProfileId()
  @ApiOkResponse({ type: ProfileView, headers: ETAG })
  @ApiProblems('not-found')
  one(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Patch(':id')
  @Scopes('profiles:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({
    operationId: 'configureProfile',
    summary: 'Change the strategy and risk configuration of a profile. Answered when its orders are held to it.',
    description: 'Each part that is given takes the place of the former whole; every change is a version that stays.',
  })
  @ApiProfileId()
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiBody({ type: ConfigureProfileRequest })
  @ApiOkResponse({ type: ProfileView, headers: ETAG })
  @ApiBodyProblems('idempotency-key-missing', 'idempotency-key-reused', 'precondition-failed', 'forbidden', 'not-found')
  async configure(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAnswer(reply, await this.configureProfile.execute(ownerRequest(request)));
  }

  @Get(':id/versions')
  @Scopes('profiles:read')
  @ApiOperation({ operationId: 'listProfileVersions', summary: 'What a profile was configured to be, newest first.' })
  @ApiProfileId()
  @ApiPage(20, 200)
  @ApiOkResponse({ type: ProfileVersionPage })
  @ApiProblems('invalid-request', 'not-found')
  versions(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Get(':id/versions/:version')
  @Scopes('profiles:read')
  @ApiOperation({ operationId: 'getProfileVersion', summary: 'One version of a profile.' })
  @ApiProfileId()
  @ApiVersion()
  @ApiOkResponse({ type: ProfileVersionView })
  @ApiProblems('not-found')
  version(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @idParam('version', VERSION_PATTERN) _version: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Post(':id/rollback')
  @HttpCode(200)
  @Scopes('profiles:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({
    operationId: 'rollBackProfile',
    summary: 'Give a profile the exact content of an earlier version, as a new one.',
  })
  @ApiProfileId()
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiBody({ type: RollBackProfileRequest })
  @ApiOkResponse({ type: ProfileView, headers: ETAG })
  @ApiBodyProblems('idempotency-key-missing', 'idempotency-key-reused', 'precondition-failed', 'forbidden', 'not-found')
  async rollBack(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAnswer(reply, await this.configureProfile.execute(ownerRequest(request)));
  }
}
