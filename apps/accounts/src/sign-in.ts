import { ACCESS_TOKEN_TTL_SECONDS } from '@ballast/contracts/accounts';
import type { LoginRequest, TokenView } from '@ballast/contracts/accounts';
import { Clock, ProblemException } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { Passwords } from './adapters/passwords.js';
import { SigningKey } from './adapters/signing-key.js';
import { traceNow } from './adapters/trace-now.js';
import { UserStore } from './adapters/user.store.js';
import { newTokenId } from './adapters/token-id.js';
import { SignInThrottle } from './domain/sign-in-throttle.js';
import { Turns } from './domain/turns.js';
import { signedIn, userIdOf } from './domain/user.js';

/** Turns a name and a password into an access token, and keeps that it happened. */
@Injectable()
export class SignIn {
  private readonly throttle = new SignInThrottle();
  private readonly turns = new Turns();

  constructor(
    private readonly users: UserStore,
    private readonly passwords: Passwords,
    private readonly signingKey: SigningKey,
    private readonly clock: Clock,
  ) {}

  /** Throws the problem `login-failed`, the same for an unknown name and a wrong password, or `too-many-requests`. */
  execute({ username, password }: LoginRequest): Promise<TokenView> {
    const userId = userIdOf(username);
    // One attempt of a name at a time: guesses sent together are counted like guesses sent one by one.
    return this.turns.take(userId, () => this.attempt(userId, password));
  }

  private async attempt(userId: string, password: string): Promise<TokenView> {
    const waitMs = this.throttle.waitMs(userId, this.clock.now());
    if (waitMs > 0) {
      throw new ProblemException('too-many-requests', { retryAfterSeconds: Math.ceil(waitMs / 1_000) });
    }
    const user = await this.users.find(userId);
    const isRight = await this.passwords.verify(user?.passwordHash, password);
    if (user === undefined || !isRight) {
      this.throttle.fail(userId, this.clock.now());
      throw new ProblemException('login-failed');
    }
    this.throttle.clear(userId);
    const tokenId = newTokenId();
    await this.users.record(userId, signedIn({ userId, tokenId }, this.clock.iso(), traceNow(this.clock)));
    return {
      accessToken: await this.signingKey.sign({ userId, role: user.role, tokenId }, this.clock.now()),
      tokenType: 'Bearer',
      expiresInSeconds: ACCESS_TOKEN_TTL_SECONDS,
    };
  }
}
