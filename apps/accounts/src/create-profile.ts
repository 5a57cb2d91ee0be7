import type { ProfileView } from '@ballast/contracts/accounts';
import { DocumentConflict } from '@ballast/cosmos';
import { Clock, ProblemException } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { ProfileStore } from './adapters/profile.store.js';
import { traceNow } from './adapters/trace-now.js';
import { newProfile, profileViewOf } from './domain/profile.js';
import type { CreateProfileCommand, Profile } from './domain/profile.js';

/** Makes a profile, exactly once per user and idempotency key. */
@Injectable()
export class CreateProfile {
  constructor(
    private readonly profiles: ProfileStore,
    private readonly clock: Clock,
  ) {}

  /** The new profile, or the one that the same request made earlier. Throws the problem `idempotency-key-reused`. */
  async execute(command: CreateProfileCommand): Promise<ProfileView> {
    const { profile, event } = newProfile(command, this.clock.iso(), traceNow(this.clock));
    try {
      await this.profiles.create(profile, event);
      return profileViewOf(profile);
    } catch (error) {
      if (!(error instanceof DocumentConflict)) throw error;
      return profileViewOf(await this.madeEarlier(profile));
    }
  }

  private async madeEarlier({ id, requestHash }: Profile): Promise<Profile> {
    const earlier = await this.profiles.find(id);
    if (earlier === undefined) throw new Error(`profile ${id} is in conflict and not there`);
    if (earlier.requestHash !== requestHash) throw new ProblemException('idempotency-key-reused');
    return earlier;
  }
}
