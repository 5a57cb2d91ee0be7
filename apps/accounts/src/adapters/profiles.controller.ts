import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { CreateProfileRequest } from '@ballast/contracts/accounts';
import type { ProfilePage, ProfileView } from '@ballast/contracts/accounts';
import { CurrentCaller, IdempotencyKey, PageQuery, Roles, Scopes, idParam, requestHash } from '@ballast/service-host';
import type { Caller, PageRequest } from '@ballast/service-host';
import { Body, Controller, Get, Post } from '@nestjs/common';
import { CreateProfile } from '../create-profile.js';
import { ReadProfiles } from '../read-profiles.js';

const PAGE = { limitDefault: 50, limitMax: 500 };

/** The profiles of the caller. */
@Controller('v1/profiles')
export class ProfilesController {
  constructor(
    private readonly createProfile: CreateProfile,
    private readonly readProfiles: ReadProfiles,
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
  read(@CurrentCaller() caller: Caller, @idParam('id', PROFILE_ID_PATTERN) profileId: string): Promise<ProfileView> {
    return this.readProfiles.one(caller, profileId);
  }
}
