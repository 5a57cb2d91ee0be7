import { SYSTEM_PARTITION } from '@ballast/contracts';
import { userLockedOut } from '@ballast/contracts/accounts';
import type { CommitOperation } from '@ballast/cosmos';
import { StoreUnavailable } from '@ballast/cosmos';
import { Clock, ProblemException } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { AttemptStore } from './adapters/attempt.store.js';
import { occasionNow } from './adapters/trace-now.js';
import { UserStore } from './adapters/user.store.js';
import { accountEvent } from './domain/account-event.js';
import { decideAttempt, forgiven, noAttempts } from './domain/sign-in-attempts.js';
import type { SignInAttempts } from './domain/sign-in-attempts.js';
import { Turns } from './domain/turns.js';

/** Times an attempt is counted again when another replica was faster. */
const TRIES_MAX = 10;

/** Limits guesses of passwords and codes per name, at every replica together, and alike for names that nobody has. */
@Injectable()
export class LimitAttempts {
  private readonly turns = new Turns();

  constructor(
    private readonly attempts: AttemptStore,
    private readonly users: UserStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs `attempt` when another one may be made now. It counts as failed before it runs; `cleared` is committed with
   * what follows from a success. Throws the problem `too-many-requests`, or what `attempt` throws.
   */
  run<T>(userId: string, attempt: (cleared: CommitOperation) => Promise<T>): Promise<T> {
    // One at a time here, so that attempts sent together need not race for the store.
    return this.turns.take(userId, async () => {
      const counted = await this.count(userId);
      try {
        return await attempt({ upsert: noAttempts(userId) });
      } catch (error) {
        if (error instanceof ProblemException && counted.waitUntilMs > 0) await this.tell(counted);
        throw error;
      }
    });
  }

  /** Takes one attempt out of the count that is half of a success: its second half may follow at once. */
  async forgive(userId: string): Promise<void> {
    for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
      const stored = await this.attempts.read(userId);
      if (stored.attempts === undefined) return;
      if (await this.attempts.write(forgiven(stored.attempts), stored)) return;
    }
    throw new StoreUnavailable('too many attempts at once');
  }

  private async count(userId: string): Promise<SignInAttempts> {
    for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
      const stored = await this.attempts.read(userId);
      const decision = decideAttempt(stored.attempts ?? noAttempts(userId), this.clock.now());
      if ('waitMs' in decision) {
        throw new ProblemException('too-many-requests', { retryAfterSeconds: Math.ceil(decision.waitMs / 1_000) });
      }
      if (await this.attempts.write(decision.next, stored)) return decision.next;
    }
    throw new StoreUnavailable('too many attempts at once');
  }

  /** Publishes that a user has to wait; of a name that nobody has there is nothing to tell. */
  private async tell({ userId, failures, waitUntilMs }: SignInAttempts): Promise<void> {
    if ((await this.users.find(userId)) === undefined) return;
    const { time, trace } = occasionNow(this.clock);
    const event = accountEvent(
      {
        declaration: userLockedOut,
        aggregateId: `lck_${randomUUID()}`,
        subject: userId,
        partitionKey: SYSTEM_PARTITION,
        data: { userId, failures, until: new Date(waitUntilMs).toISOString() },
      },
      time,
      trace,
    );
    await this.users.record(userId, [event], []);
  }
}
