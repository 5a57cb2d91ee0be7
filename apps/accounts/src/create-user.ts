import type { CreateUserRequest, UserView } from '@ballast/contracts/accounts';
import { DocumentConflict } from '@ballast/cosmos';
import { Clock, ProblemException } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { Passwords } from './adapters/passwords.js';
import { occasionNow } from './adapters/trace-now.js';
import { UserStore } from './adapters/user.store.js';
import { requireGoodPassword } from './change-password.js';
import { newUser, userIdOf, userViewOf } from './domain/user.js';

/** An admin asks for a user. */
export interface CreateUserCommand {
  readonly actor: string;
  /** Of everything but the password, with the idempotency key. */
  readonly requestHash: string;
  readonly request: CreateUserRequest;
}

/** Makes a user, exactly once per name. */
@Injectable()
export class CreateUser {
  constructor(
    private readonly users: UserStore,
    private readonly passwords: Passwords,
    private readonly clock: Clock,
  ) {}

  /** The new user, or the one that the same request made earlier. Throws the problem `conflict` for a name that is taken. */
  async execute({ actor, requestHash, request }: CreateUserCommand): Promise<UserView> {
    const { username, password, role } = request;
    requireGoodPassword(password, username, '/password');
    const passwordHash = await this.passwords.hash(password);
    const { user, event } = newUser({ username, role, passwordHash, requestHash, actor }, occasionNow(this.clock));
    try {
      await this.users.create(user, event);
      return userViewOf(user);
    } catch (error) {
      if (!(error instanceof DocumentConflict)) throw error;
      const earlier = await this.users.find(userIdOf(username));
      if (earlier?.requestHash === requestHash) return userViewOf(earlier);
      throw new ProblemException('conflict', { detail: 'The name is taken.' });
    }
  }
}
