import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { CreateProfileRequest, ProfilePage, ProfileView, ROLES } from '@ballast/contracts/accounts';
import { Roles, Scopes, idParam } from '@ballast/service-host';
import { Controller, Get, Post, Req, Res } from '@nestjs/common';
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
import { CreateProfile } from '../create-profile.js';
import { ApiBodyProblems, ApiIdempotencyKey, ApiPage, ApiProblems } from './api-decorators.js';
import { Owners, ownerRequest, sendAnswer } from './owners.js';

@ApiTags('Profiles')
@ApiBearerAuth()
@Roles(...ROLES)
@Controller('v1/profiles')
export class ProfilesController {
  constructor(
    private readonly owners: Owners,
    private readonly createProfile: CreateProfile,
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
  @ApiParam({ name: 'id', description: 'The profile.', schema: { type: 'string', pattern: PROFILE_ID_PATTERN.source } })
  @ApiOkResponse({ type: ProfileView })
  @ApiProblems('not-found')
  one(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }
}
