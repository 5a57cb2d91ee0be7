import { SECOND_FACTOR_FRESH_SECONDS, secondFactorEnrolled, secondFactorRemoved } from '@ballast/contracts/accounts';
import type { SecondFactorEnrolledView, SecondFactorSecretView } from '@ballast/contracts/accounts';
import { Clock, ProblemException } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { OneTimeCodes } from './adapters/one-time-codes.js';
import { Passwords } from './adapters/passwords.js';
import { SessionStore } from './adapters/session.store.js';
import { occasionNow } from './adapters/trace-now.js';
import { UserStore } from './adapters/user.store.js';
import { BeginSession } from './begin-session.js';
import { steppedUp } from './domain/session.js';
import { userEvent } from './domain/user.js';
import { LimitAttempts } from './limit-attempts.js';

/** Gives a user a second factor, in two steps, and takes it away. */
@Injectable()
export class EnrolSecondFactor {
  constructor(
    private readonly users: UserStore,
    private readonly sessions: SessionStore,
    private readonly passwords: Passwords,
    private readonly codes: OneTimeCodes,
    private readonly attempts: LimitAttempts,
    private readonly beginSession: BeginSession,
    private readonly clock: Clock,
  ) {}

  /**
   * The secret, which counts for nothing before `confirm`. Throws the problems `password-wrong`, `too-many-requests`, or
   * `conflict` for a user who has a second factor.
   */
  begin({ userId, sessionId = '' }: Caller, password = ''): Promise<SecondFactorSecretView> {
    return this.attempts.run(userId, async (cleared) => {
      const view = await this.users.change(userId, async (user) => {
        if (user.secondFactor?.enrolledAt !== undefined) {
          throw new ProblemException('conflict', { detail: 'You have a second factor; remove it first.' });
        }
        const isProven =
          user.passwordHash === undefined
            ? await this.hasJustSignedIn(userId, sessionId)
            : await this.passwords.verify(user.passwordHash, password);
        if (!isProven) throw new ProblemException('password-wrong');
        const { secondFactor, secret, otpauthUri } = this.codes.make(userId, user.username);
        return { user: { ...user, secondFactor }, documents: [cleared], answer: { secret, otpauthUri } };
      });
      if (view === undefined) throw new ProblemException('not-found');
      return view;
    });
  }

  /** Proves that the authenticator has the secret. Throws the problems `second-factor-wrong` or `conflict`. */
  confirm({ userId, sessionId = '' }: Caller, code: string): Promise<SecondFactorEnrolledView> {
    return this.attempts.run(userId, async (cleared) => {
      const view = await this.users.change(userId, async (user) => {
        const pending = user.secondFactor;
        const stored = await this.sessions.find(userId, sessionId);
        if (pending === undefined || pending.enrolledAt !== undefined || stored === undefined) {
          throw new ProblemException('conflict', { detail: 'There is no secret to confirm.' });
        }
        const verdict = this.codes.take(userId, pending, code);
        if (verdict.kind !== 'one-time') throw new ProblemException('second-factor-wrong');
        const occasion = occasionNow(this.clock);
        const recovery = this.codes.makeRecoveryCodes();
        const secondFactor = {
          ...verdict.secondFactor,
          enrolledAt: occasion.time,
          recoveryHashes: recovery.hashes,
        };
        const declared = { declaration: secondFactorEnrolled, data: { userId, actor: userId } };
        const told = userEvent({ ...user, secondFactor }, declared, occasion);
        const session = steppedUp(stored.document, this.clock.now());
        const tokens = await this.beginSession.tokensOf(session, user.role);
        return {
          user: told.user,
          events: [told.event],
          documents: [{ replace: session, ifMatch: stored.etag }, cleared],
          answer: { ...tokens, recoveryCodes: recovery.codes.map((text) => ({ code: text })) },
        };
      });
      if (view === undefined) throw new ProblemException('not-found');
      return view;
    });
  }

  /** In the place of a password for who has none: what their issuer said a moment ago. */
  private async hasJustSignedIn(userId: string, sessionId: string): Promise<boolean> {
    const session = await this.sessions.find(userId, sessionId);
    const ageMs = this.clock.now() - Date.parse(session?.document.createdAt ?? '');
    return ageMs <= SECOND_FACTOR_FRESH_SECONDS * 1_000;
  }

  /** Takes it away. Throws the problem `not-found` where there is none. */
  async remove(actor: string, userId: string): Promise<void> {
    const isGone = await this.users.change(userId, (user) => {
      if (user.secondFactor === undefined) return { answer: false };
      const { secondFactor: _gone, ...without } = user;
      const declared = { declaration: secondFactorRemoved, data: { userId, actor } };
      const told = userEvent(without, declared, occasionNow(this.clock));
      return { user: told.user, events: [told.event], answer: true };
    });
    if (isGone !== true) throw new ProblemException('not-found');
  }
}
