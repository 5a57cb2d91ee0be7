import type { ConfigureProfileRequest, ProfileView, RollBackProfileRequest } from '@ballast/contracts/accounts';
import { Clock, ProblemException } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { ProfileVersions } from './adapters/profile-versions.js';
import { traceNow } from './adapters/trace-now.js';
import type { Decided } from './adapters/versioned.js';
import { profileViewOf } from './domain/profile.js';
import type { Profile } from './domain/profile.js';
import { configuredEvent, contentOf, firstVersion, profileIn, withParts } from './domain/profile-version.js';
import type { ProfileContent, ProfileVersion } from './domain/profile-version.js';
import { nextVersion } from './domain/version.js';
import type { ChangeFacts, ChangeMark } from './domain/version.js';
import { ReadProfiles } from './read-profiles.js';

/** Somebody asks for a change of a profile. */
export interface ProfileChange {
  readonly caller: Caller;
  readonly profileId: string;
  readonly mark: ChangeMark;
}

/** Changes the strategy and risk configuration of a profile: each change is one more version, which stays for good. */
@Injectable()
export class ConfigureProfile {
  constructor(
    private readonly read: ReadProfiles,
    private readonly versions: ProfileVersions,
    private readonly clock: Clock,
  ) {}

  /**
   * The profile with the parts that are given; where they are what they were already, without a new version. Throws the
   * problems `not-found`, `precondition-failed`, `idempotency-key-reused` and `invalid-request` for none.
   */
  async execute(asked: ProfileChange, request: ConfigureProfileRequest): Promise<ProfileView> {
    const { name, strategy, risk } = request;
    if (name === undefined && strategy === undefined && risk === undefined) throw nothingToChange();
    return this.change(asked, { reason: request.reason }, (profile) => withParts(contentOf(profile), request));
  }

  /**
   * The profile with exactly the content of an earlier version, as a new one. Throws the problems of `execute`, and
   * `invalid-request` where there is no such version.
   */
  async rollBack(asked: ProfileChange, { version, reason }: RollBackProfileRequest): Promise<ProfileView> {
    const profile = await this.read.visible(asked.caller, asked.profileId);
    const earlier = await this.versions.find(profile, version);
    if (earlier === undefined) throw noSuchVersion();
    return this.change(asked, { reason, restoredVersion: version }, () => earlier.content);
  }

  /** The profile with what `contentFor` makes of it, as a new version that says `said` of itself. */
  async change(
    { caller, profileId, mark }: ProfileChange,
    said: Omit<ChangeFacts, 'actor' | 'at'>,
    contentFor: (profile: Profile) => ProfileContent,
  ): Promise<ProfileView> {
    const seen = await this.read.visible(caller, profileId);
    const version = await this.versions.change(profileId, mark, async (profile = seen) => {
      const { version: current = 1 } = profile;
      if (mark.expectedVersion !== undefined && mark.expectedVersion !== current)
        throw new ProblemException('precondition-failed', { detail: `It is at version ${current}.` });
      return this.decide(profile, contentFor(profile), { ...said, actor: caller.userId, at: this.clock.iso() });
    });
    return profileViewOf(profileIn(seen, version));
  }

  private async decide(
    profile: Profile,
    content: ProfileContent,
    facts: ChangeFacts,
  ): Promise<Decided<Profile, ProfileContent>> {
    const before = { of: profile.id, version: profile.version ?? 1, content: contentOf(profile) };
    const version = nextVersion(before, content, facts);
    if (version === undefined) return { version: await this.present(profile) };
    return {
      version,
      change: {
        head: profileIn(profile, version),
        event: configuredEvent(profile, version, traceNow(this.clock)),
        ...(profile.version === undefined && { earlier: [firstVersion(profile)] }),
      },
    };
  }

  private async present(profile: Profile): Promise<ProfileVersion> {
    const found = await this.versions.find(profile, profile.version ?? 1);
    if (found === undefined) throw new Error(`the present version of ${profile.id} has no row`);
    return found;
  }
}

/** The problem of a request that names a version that is not there. */
export function noSuchVersion(): ProblemException {
  return new ProblemException('invalid-request', {
    errors: [{ pointer: '/version', detail: 'is not a version that there is' }],
  });
}

function nothingToChange(): ProblemException {
  return new ProblemException('invalid-request', { errors: [{ pointer: '', detail: 'must name what is to change' }] });
}
