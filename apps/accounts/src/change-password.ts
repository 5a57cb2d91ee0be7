import { userPasswordChanged } from '@ballast/contracts/accounts';
import type { ChangePasswordRequest } from '@ballast/contracts/accounts';
import { Clock, ProblemException } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { Passwords } from './adapters/passwords.js';
import { RevokedHere } from './adapters/revoked-here.js';
import { occasionNow } from './adapters/trace-now.js';
import { UserStore } from './adapters/user.store.js';
import type { UserChange } from './adapters/user.store.js';
import { passwordComplaint } from './domain/password-rules.js';
import { userEvent } from './domain/user.js';
import type { User } from './domain/user.js';
import { EndSessions } from './end-sessions.js';
import { LimitAttempts } from './limit-attempts.js';

/** Gives a user another password; every session ends, the one that asks too. */
@Injectable()
export class ChangePassword {
  constructor(
    private readonly users: UserStore,
    private readonly passwords: Passwords,
    private readonly attempts: LimitAttempts,
    private readonly endSessions: EndSessions,
    private readonly revoked: RevokedHere,
    private readonly clock: Clock,
  ) {}

  /** Throws the problems `password-wrong`, `invalid-request` for a password that cannot be taken, `too-many-requests`. */
  async execute({ userId }: Caller, { currentPassword, newPassword }: ChangePasswordRequest): Promise<void> {
    const ended = await this.attempts.run(userId, (cleared) =>
      this.users.change(userId, async (user) => {
        if (!(await this.passwords.verify(user.passwordHash, currentPassword))) {
          throw new ProblemException('password-wrong');
        }
        const plan = await this.plan(user, { password: newPassword, pointer: '/newPassword', actor: userId });
        return { ...plan, documents: [...plan.documents, cleared], answer: user.sessionIds ?? [] };
      }),
    );
    this.revoked.add(ended ?? []);
  }

  /** What is to be written so that the user has that password and no session. Throws `invalid-request`. */
  async plan(
    user: User,
    { password, pointer, actor }: { password: string; pointer: string; actor: string },
  ): Promise<Required<Omit<UserChange<unknown>, 'answer'>>> {
    requireGoodPassword(password, user.username, pointer);
    const occasion = occasionNow(this.clock);
    const { user: without, events, documents } = this.endSessions.planAll(user, 'password-changed');
    const changed = {
      ...without,
      passwordHash: await this.passwords.hash(password),
      passwordChangedAt: occasion.time,
    };
    const data = { userId: user.userId, actor };
    const told = userEvent(changed, { declaration: userPasswordChanged, data }, occasion);
    return { user: told.user, events: [told.event, ...events], documents };
  }
}

/** Throws the problem `invalid-request` at the pointer for a password that cannot be taken. */
export function requireGoodPassword(password: string, username: string, pointer: string): void {
  const detail = passwordComplaint(password, username);
  if (detail !== undefined) throw new ProblemException('invalid-request', { errors: [{ pointer, detail }] });
}
