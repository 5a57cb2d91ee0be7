import type { EventEnvelope } from '@ballast/contracts';
import { recoveryCodeUsed } from '@ballast/contracts/accounts';
import { Clock, ProblemException } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { OneTimeCodes } from './adapters/one-time-codes.js';
import { occasionNow } from './adapters/trace-now.js';
import { userEvent } from './domain/user.js';
import type { User } from './domain/user.js';

/** Takes a one-time or recovery code of a user, once. */
@Injectable()
export class TakeCode {
  constructor(
    private readonly codes: OneTimeCodes,
    private readonly clock: Clock,
  ) {}

  /**
   * The user without the code, and what there is to tell of it. Throws the problem `second-factor-wrong`, or `conflict`
   * for a user without a second factor.
   */
  from(user: User, code: string): { user: User; events: EventEnvelope[] } {
    if (user.secondFactor?.enrolledAt === undefined) {
      throw new ProblemException('conflict', {
        detail: 'You have no second factor; enrol one with POST /v1/auth/second-factor.',
      });
    }
    const verdict = this.codes.take(user.userId, user.secondFactor, code);
    if (verdict.kind === 'wrong') throw new ProblemException('second-factor-wrong');
    const after = { ...user, secondFactor: verdict.secondFactor };
    if (verdict.kind === 'one-time') return { user: after, events: [] };
    const data = { userId: user.userId, left: verdict.secondFactor.recoveryHashes.length };
    const told = userEvent(after, { declaration: recoveryCodeUsed, data }, occasionNow(this.clock));
    return { user: told.user, events: [told.event] };
  }
}
