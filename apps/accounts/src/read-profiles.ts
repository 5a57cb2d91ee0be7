import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import type { ProfilePage, ProfileView } from '@ballast/contracts/accounts';
import { Listing, ProblemException } from '@ballast/service-host';
import type { Caller, PageRequest } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { ProfileStore } from './adapters/profile.store.js';
import { profileViewOf, seesAllProfiles } from './domain/profile.js';
import type { Profile } from './domain/profile.js';

/** Shows profiles to those who may see them. */
@Injectable()
export class ReadProfiles {
  constructor(private readonly profiles: ProfileStore) {}

  /** The caller's profiles, or everybody's for an operator, a page at a time. Throws the problem `invalid-cursor`. */
  async page({ role, userId }: Caller, page: PageRequest): Promise<ProfilePage> {
    const ownerId = seesAllProfiles(role) ? undefined : userId;
    const listing = new Listing('profiles', ownerId);
    const afterId = listing.placeIn(page, PROFILE_ID_PATTERN);
    const found = await this.profiles.list({
      ...(ownerId !== undefined && { ownerId }),
      ...(afterId !== undefined && { afterId }),
      limit: page.limit + 1,
    });
    const { items, ...next } = listing.pageOf(found, page.limit, ({ id }) => id);
    return { items: items.map(profileViewOf), ...next };
  }

  /** One profile. Throws the problem `not-found` for one that is not there and for one that is not the caller's alike. */
  async one(caller: Caller, profileId: string): Promise<ProfileView> {
    return profileViewOf(await this.visible(caller, profileId));
  }

  /** The profile as stored. Throws as `one` does. */
  async visible(caller: Caller, profileId: string): Promise<Profile> {
    const profile = await this.profiles.find(profileId);
    const isShown = profile?.ownerId === caller.userId || seesAllProfiles(caller.role);
    if (profile === undefined || !isShown) throw new ProblemException('not-found');
    return profile;
  }
}
