import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '@ballast/contracts';
import type { ProfileView } from '@ballast/contracts/accounts';
import { Injectable } from '@nestjs/common';
import { Owners, jsonOf } from './adapters/owners.js';
import type { OwnerAnswer, OwnerRequest } from './adapters/owners.js';

/** Milliseconds for which the answer waits until orders holds the profile to it. */
const APPLIED_MS_MAX = 5_000;
/** Milliseconds between two questions, at first and at most. */
const ASK_EVERY_MS = 25;
const ASK_EVERY_MS_MAX = 400;

/** Changes the configuration of a profile and answers once orders holds the profile to it, so that the next order is. */
@Injectable()
export class ConfigureProfile {
  constructor(private readonly owners: Owners) {}

  /** The answer of accounts. Throws `Failure` when the profile is changed but not held to it in time. */
  async execute(request: OwnerRequest): Promise<OwnerAnswer> {
    const answer = await this.owners.ask('accounts', request);
    if (answer.status === 200) await this.untilApplied(jsonOf<ProfileView>(answer), request);
    return answer;
  }

  private async untilApplied({ id, version }: ProfileView, request: OwnerRequest): Promise<void> {
    const endsAtMs = performance.now() + APPLIED_MS_MAX;
    for (let pauseMs = ASK_EVERY_MS; ; pauseMs = Math.min(2 * pauseMs, ASK_EVERY_MS_MAX)) {
      if ((await this.versionInForce(id, request)) >= version) return;
      if (performance.now() >= endsAtMs) throw new Failure('profile-not-applied', `${id} is not held to it yet`);
      await delay(pauseMs);
    }
  }

  private async versionInForce(profileId: string, { headers }: OwnerRequest): Promise<number> {
    const answer = await this.owners.ask('orders', { method: 'GET', path: `/v1/books/${profileId}`, headers });
    return answer.status === 200 ? jsonOf<{ profileVersion: number }>(answer).profileVersion : 0;
  }
}
