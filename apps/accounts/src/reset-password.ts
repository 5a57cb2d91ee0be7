import { userPasswordResetIssued } from '@ballast/contracts/accounts';
import type { PasswordResetView, ResetPasswordRequest } from '@ballast/contracts/accounts';
import { Clock, ProblemException } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { PasswordResetStore } from './adapters/password-reset.store.js';
import { RevokedHere } from './adapters/revoked-here.js';
import { occasionNow } from './adapters/trace-now.js';
import { UserStore } from './adapters/user.store.js';
import { ChangePassword } from './change-password.js';
import { newPasswordReset, opensWith, userIdIn } from './domain/password-reset.js';
import { noAttempts } from './domain/sign-in-attempts.js';
import { userEvent } from './domain/user.js';

/** Gives a user who has lost the password another one: an admin issues a reset, and the user sets the password with it. */
@Injectable()
export class ResetPassword {
  constructor(
    private readonly users: UserStore,
    private readonly resets: PasswordResetStore,
    private readonly changePassword: ChangePassword,
    private readonly revoked: RevokedHere,
    private readonly clock: Clock,
  ) {}

  /**
   * A new reset, in the place of the one before; its secret is in this answer and stored nowhere. Throws the problem
   * `not-found`, or `conflict` for the admin's own user and one who is disabled.
   */
  async issue(actor: string, userId: string): Promise<PasswordResetView> {
    if (actor === userId)
      throw new ProblemException('conflict', { detail: 'You know your password, or another admin resets it.' });
    const issued = await this.users.change(userId, (user) => {
      if (user.disabledAt !== undefined) throw new ProblemException('conflict', { detail: 'The user is disabled.' });
      const { reset, secret } = newPasswordReset(user, this.clock.now());
      const data = { userId, actor };
      const told = userEvent(user, { declaration: userPasswordResetIssued, data }, occasionNow(this.clock));
      return {
        user: told.user,
        events: [told.event],
        documents: [{ upsert: reset }],
        answer: { userId, expiresAt: reset.expiresAt, secret },
      };
    });
    if (issued === undefined) throw new ProblemException('not-found');
    return issued;
  }

  /**
   * Sets the password; every session ends and no failed attempt counts any more. Throws the problem `reset-refused`, the
   * same for every reason, or `invalid-request` for a password that cannot be taken, with which the reset stays good.
   */
  async use({ secret, newPassword }: ResetPasswordRequest): Promise<void> {
    const userId = userIdIn(secret);
    const ended = await this.users.change(userId, async (user) => {
      const reset = await this.resets.find(userId);
      if (reset === undefined || !opensWith(reset, secret, user, this.clock.now())) {
        throw new ProblemException('reset-refused');
      }
      const plan = await this.changePassword.plan(user, {
        password: newPassword,
        pointer: '/newPassword',
        actor: userId,
      });
      const documents = [...plan.documents, { delete: { id: reset.id } }, { upsert: noAttempts(userId) }];
      return { ...plan, documents, answer: user.sessionIds ?? [] };
    });
    if (ended === undefined) throw new ProblemException('reset-refused');
    this.revoked.add(ended);
  }
}
