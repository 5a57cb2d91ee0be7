import type { ProfileVersionPage, ProfileVersionView } from '@ballast/contracts/accounts';
import { Listing, ProblemException, VERSION_PATTERN } from '@ballast/service-host';
import type { Caller, PageRequest } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { ProfileVersions } from './adapters/profile-versions.js';
import { profileVersionView } from './domain/profile-version.js';
import { ReadProfiles } from './read-profiles.js';

/** Shows what a profile was configured to be, to those who may see the profile. */
@Injectable()
export class ReadProfileVersions {
  constructor(
    private readonly read: ReadProfiles,
    private readonly versions: ProfileVersions,
  ) {}

  /** The versions of a profile, newest first. Throws the problems `not-found` and `invalid-cursor`. */
  async page(caller: Caller, profileId: string, page: PageRequest): Promise<ProfileVersionPage> {
    const profile = await this.read.visible(caller, profileId);
    const listing = new Listing('profile-versions', profileId);
    const before = listing.placeIn(page, VERSION_PATTERN);
    const found = await this.versions.before(profile, before, page.limit + 1);
    const { items, ...next } = listing.pageOf(found, page.limit, ({ version }) => String(version));
    return { items: items.map(profileVersionView), ...next };
  }

  /** One version. Throws the problem `not-found`. */
  async one(caller: Caller, profileId: string, version: number): Promise<ProfileVersionView> {
    const found = await this.versions.find(await this.read.visible(caller, profileId), version);
    if (found === undefined) throw new ProblemException('not-found');
    return profileVersionView(found);
  }
}
