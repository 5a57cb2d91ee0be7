import type {
  LoginRequest,
  SecondFactorChallengeView,
  SecondFactorLoginRequest,
  TokenView,
} from '@ballast/contracts/accounts';
import type { CommitOperation } from '@ballast/cosmos';
import { ProblemException } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { Challenges } from './adapters/challenges.js';
import { Passwords } from './adapters/passwords.js';
import { UserStore } from './adapters/user.store.js';
import { BeginSession } from './begin-session.js';
import type { Client } from './domain/session.js';
import { userIdOf } from './domain/user.js';
import type { User } from './domain/user.js';
import { LimitAttempts } from './limit-attempts.js';
import { TakeCode } from './take-code.js';

/** What a right password gives: the tokens, or the challenge to show the second factor as well. */
export type SignInAnswer = { readonly tokens: TokenView } | { readonly challenge: SecondFactorChallengeView };

/** Turns a name and a password, and a code where the user has a second factor, into a session. */
@Injectable()
export class SignIn {
  constructor(
    private readonly users: UserStore,
    private readonly passwords: Passwords,
    private readonly challenges: Challenges,
    private readonly takeCode: TakeCode,
    private readonly attempts: LimitAttempts,
    private readonly beginSession: BeginSession,
  ) {}

  /**
   * The first step. Throws the problem `login-failed`, the same for an unknown name, a wrong password and a disabled
   * user, or `too-many-requests`.
   */
  execute({ username, password }: LoginRequest, client: Client): Promise<SignInAnswer> {
    const userId = userIdOf(username);
    return this.attempts.run(userId, async (cleared): Promise<SignInAnswer> => {
      const user = await this.users.find(userId);
      const isRight = await this.passwords.verify(user?.passwordHash, password);
      if (user === undefined || !isRight || user.disabledAt !== undefined) throw new ProblemException('login-failed');
      if (user.secondFactor?.enrolledAt !== undefined) {
        // What failed before stays counted until the code is right too.
        await this.attempts.forgive(userId);
        return { challenge: await this.challenges.make(userId) };
      }
      return { tokens: await this.begin(user, client, cleared) };
    });
  }

  /** The second step. Throws the problems `login-failed`, `second-factor-wrong` or `too-many-requests`. */
  async withSecondFactor({ challenge, code }: SecondFactorLoginRequest, client: Client): Promise<TokenView> {
    const { userId, atMs } = await this.challenges.open(challenge);
    return this.attempts.run(userId, async (cleared) => {
      const tokens = await this.users.change(userId, async (user) => {
        if (user.disabledAt !== undefined || Date.parse(user.passwordChangedAt ?? '') >= atMs) {
          throw new ProblemException('login-failed');
        }
        const taken = this.takeCode.from(user, code);
        const plan = await this.beginSession.plan(taken.user, { method: 'second-factor', client });
        return { ...plan, events: [...taken.events, ...plan.events], documents: [...plan.documents, cleared] };
      });
      if (tokens === undefined) throw new ProblemException('login-failed');
      return tokens;
    });
  }

  /** Begins the session of a user who is still as the password was compared with. */
  private async begin(compared: User, client: Client, cleared: CommitOperation): Promise<TokenView> {
    const tokens = await this.users.change(compared.userId, async (user) => {
      const isSame = user.passwordHash === compared.passwordHash && user.disabledAt === undefined;
      if (!isSame || user.secondFactor?.enrolledAt !== undefined) throw new ProblemException('login-failed');
      const plan = await this.beginSession.plan(user, { method: 'password', client });
      return { ...plan, documents: [...plan.documents, cleared] };
    });
    if (tokens === undefined) throw new ProblemException('login-failed');
    return tokens;
  }
}
