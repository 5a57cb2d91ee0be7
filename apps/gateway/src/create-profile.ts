import { Failure } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type { ProfileView } from '@ballast/contracts/accounts';
import { accountOpened } from '@ballast/contracts/ledger';
import { bookOpened } from '@ballast/contracts/orders';
import { currentTrace } from '@ballast/service-bus';
import { Injectable } from '@nestjs/common';
import { Owners, jsonOf } from './adapters/owners.js';
import type { OwnerAnswer, OwnerRequest } from './adapters/owners.js';
import { EventWaits } from './event-waits.js';
import type { EventWait } from './event-waits.js';

/** Milliseconds for which the answer waits until everybody knows the profile. */
const KNOWN_MS_MAX = 5_000;
/** Milliseconds of silence after which the owners are asked: the events of a repeated request are long gone. */
const SILENCE_MS_MAX = 500;

/** Makes a profile and answers once orders and the ledger know it, so that it can be funded and traded at once. */
@Injectable()
export class CreateProfile {
  constructor(
    private readonly owners: Owners,
    private readonly waits: EventWaits,
  ) {}

  /** The answer of accounts. Throws `Failure` when the profile is made but not known everywhere in time. */
  async execute(request: OwnerRequest): Promise<OwnerAnswer> {
    const wait = this.waits.register(currentTrace()?.correlationId ?? '');
    try {
      const answer = await this.owners.ask('accounts', request);
      if (answer.status === 201) await this.untilKnown(jsonOf<ProfileView>(answer).id, wait, request);
      return answer;
    } finally {
      wait.end();
    }
  }

  private async untilKnown(profileId: string, wait: EventWait, request: OwnerRequest): Promise<void> {
    const endsAtMs = performance.now() + KNOWN_MS_MAX;
    do {
      if (await wait.until((heard) => isKnownBy(heard, profileId), SILENCE_MS_MAX)) return;
      if (await this.isKnown(profileId, request)) return;
    } while (performance.now() < endsAtMs && !wait.isOver);
    throw new Failure('profile-not-known', `the profile ${profileId} is not known everywhere yet`);
  }

  private async isKnown(profileId: string, { headers }: OwnerRequest): Promise<boolean> {
    const answers = await Promise.all([
      this.owners.ask('ledger', { method: 'GET', path: `/v1/profiles/${profileId}/capital`, headers }),
      this.owners.ask('orders', { method: 'GET', path: `/v1/books/${profileId}`, headers }),
    ]);
    return answers.every(({ status }) => status === 200);
  }
}

function isKnownBy(heard: readonly EventEnvelope[], profileId: string): boolean {
  return [bookOpened, accountOpened].every(({ type }) =>
    heard.some((event) => event.type === type && event.partitionkey === profileId),
  );
}
