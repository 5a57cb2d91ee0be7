import { PRODUCT_ID } from '@ballast/contracts';
import { ContainerStore } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { Profile } from '../domain/profile.js';
import { firstVersion } from '../domain/profile-version.js';
import type { ProfileContent, ProfileVersion } from '../domain/profile-version.js';
import type { ChangeMark } from '../domain/version.js';
import { Versioned } from './versioned.js';
import type { Decided } from './versioned.js';

/** The versions of the profiles, each in the partition of its profile. */
@Injectable()
export class ProfileVersions {
  private readonly versioned: Versioned<Profile, ProfileContent>;

  constructor(@InjectStore('trade_profiles') store: ContainerStore) {
    this.versioned = new Versioned(store, ([, profileId = '']) => profileId);
  }

  /** Commits what was decided on the profile as it is stored, once per actor and idempotency key. */
  change(
    profileId: string,
    mark: ChangeMark,
    decide: (profile: Profile | undefined) => Promise<Decided<Profile, ProfileContent>>,
  ): Promise<ProfileVersion> {
    return this.versioned.change(fieldsOf(profileId), { of: profileId, mark }, decide);
  }

  /** One version of the profile, or `undefined`. */
  async find(profile: Profile, version: number): Promise<ProfileVersion | undefined> {
    if (profile.version === undefined) return version === 1 ? firstVersion(profile) : undefined;
    return this.versioned.version(fieldsOf(profile.id), profile.id, version);
  }

  /** Up to `limit` versions before that one, newest first; from the newest where none is named. */
  async before(profile: Profile, before: string | undefined, limit: number): Promise<ProfileVersion[]> {
    if (profile.version === undefined) return before === undefined ? [firstVersion(profile)] : [];
    return this.versioned.versions(fieldsOf(profile.id), profile.id, { before, limit });
  }
}

const fieldsOf = (profileId: string) => ({ productId: PRODUCT_ID, profileId });
