import { USER_ID_PATTERN } from '@ballast/contracts';
import { TOKEN_ISSUER } from '@ballast/contracts/accounts';
import type { SecondFactorChallengeView } from '@ballast/contracts/accounts';
import { Clock, ProblemException } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import { SigningKey } from './signing-key.js';

const AUDIENCE = 'ballast-second-factor';
/** Seconds within which the code must follow the password. */
const TTL_SECONDS = 300;

/** The proof between the two steps of a sign-in that the first one succeeded. */
@Injectable()
export class Challenges {
  private readonly keys: ReturnType<typeof createLocalJWKSet>;

  constructor(
    private readonly signingKey: SigningKey,
    private readonly clock: Clock,
  ) {
    this.keys = createLocalJWKSet(signingKey.publicKeys);
  }

  /** A challenge for a user whose password was right just now. */
  async make(userId: string): Promise<SecondFactorChallengeView> {
    const issuedAtMs = this.clock.now();
    const claims = { at: issuedAtMs };
    const challenge = await this.signingKey.signFor(AUDIENCE, { userId, claims, issuedAtMs, ttlSeconds: TTL_SECONDS });
    return { challenge, expiresInSeconds: TTL_SECONDS };
  }

  /** Whose password was right, and when. Throws the problem `login-failed`. */
  async open(challenge: string): Promise<{ userId: string; atMs: number }> {
    try {
      const { payload } = await jwtVerify(challenge, this.keys, {
        algorithms: ['ES256'],
        issuer: TOKEN_ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'exp', 'at'],
        currentDate: new Date(this.clock.now()),
      });
      const { sub: userId = '', at } = payload;
      if (USER_ID_PATTERN.test(userId) && typeof at === 'number') return { userId, atMs: at };
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
    }
    throw new ProblemException('login-failed');
  }
}
