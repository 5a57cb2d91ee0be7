import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import type { ProfilePage, ProfileView } from '@ballast/contracts/accounts';
import { ProblemException } from '@ballast/service-host';
import type { Caller, PageRequest } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { ProfileStore } from './adapters/profile.store.js';
import { profileViewOf, seesAllProfiles } from './domain/profile.js';

/** Shows profiles to those who may see them. */
@Injectable()
export class ReadProfiles {
  constructor(private readonly profiles: ProfileStore) {}

  /** The caller's profiles, or everybody's for an operator, a page at a time. */
  async page(caller: Caller, { limit, cursor }: PageRequest): Promise<ProfilePage> {
    if (cursor !== undefined && !PROFILE_ID_PATTERN.test(cursor)) {
      const errors = [{ pointer: 'cursor', detail: 'must be what `nextCursor` was' }];
      throw new ProblemException('invalid-request', { errors });
    }
    const found = await this.profiles.list({
      ...(seesAllProfiles(caller.role) ? {} : { ownerId: caller.userId }),
      ...(cursor === undefined ? {} : { afterId: cursor }),
      limit: limit + 1,
    });
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    return { items: shown.map(profileViewOf), ...(hasMore ? { nextCursor: last.id } : {}) };
  }

  /** One profile. Throws the problem `not-found` for one that is not there and for one that is not the caller's alike. */
  async one(caller: Caller, profileId: string): Promise<ProfileView> {
    const profile = await this.profiles.find(profileId);
    const isShown = profile?.ownerId === caller.userId || seesAllProfiles(caller.role);
    if (profile === undefined || !isShown) throw new ProblemException('not-found');
    return profileViewOf(profile);
  }
}
