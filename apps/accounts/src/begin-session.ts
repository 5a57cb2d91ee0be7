import { newSessionId } from '@ballast/contracts';
import { ACCESS_TOKEN_TTL_SECONDS } from '@ballast/contracts/accounts';
import type { Role, SignInMethod, TokenView } from '@ballast/contracts/accounts';
import { Clock } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { RefreshTokens } from './adapters/refresh-tokens.js';
import { SigningKey } from './adapters/signing-key.js';
import { occasionNow } from './adapters/trace-now.js';
import type { UserChange } from './adapters/user.store.js';
import { SESSIONS_MAX, endedSession, newSession } from './domain/session.js';
import type { Client, Session } from './domain/session.js';
import type { User } from './domain/user.js';

/** Begins sessions and makes their tokens. */
@Injectable()
export class BeginSession {
  constructor(
    private readonly refreshTokens: RefreshTokens,
    private readonly signingKey: SigningKey,
    private readonly clock: Clock,
  ) {}

  /** What is to be written so that the user has one more session, and its tokens; the oldest of too many ends. */
  async plan(
    user: User,
    { method, client }: { method: SignInMethod; client: Client },
  ): Promise<Required<UserChange<TokenView>>> {
    const occasion = occasionNow(this.clock);
    const { userId } = user;
    const sessionId = newSessionId(this.clock.now());
    const { token, hash } = this.refreshTokens.make(userId, sessionId, 1);
    const { session, event } = newSession({ sessionId, userId, method, client, refreshHash: hash }, occasion);
    const sessionIds = [...(user.sessionIds ?? []), sessionId];
    const ended = sessionIds
      .slice(0, -SESSIONS_MAX)
      .map((id) => endedSession({ sessionId: id, userId, reason: 'too-many-sessions' }, occasion));
    return {
      user: { ...user, sessionIds: sessionIds.slice(-SESSIONS_MAX) },
      events: [event, ...ended.map((end) => end.event)],
      documents: [{ create: session }, ...ended.map(({ revocation }) => ({ upsert: revocation }))],
      answer: await this.tokensOf(session, user.role, token),
    };
  }

  /** An access token of the session, with the refresh token where there is a new one. */
  async tokensOf(session: Session, role: Role, refreshToken?: string): Promise<TokenView> {
    const { userId, id: sessionId, secondFactorAt } = session;
    const claims = { userId, role, sessionId, ...(secondFactorAt === undefined ? {} : { secondFactorAt }) };
    return {
      accessToken: await this.signingKey.sign(claims, this.clock.now()),
      tokenType: 'Bearer',
      expiresInSeconds: ACCESS_TOKEN_TTL_SECONDS,
      ...(refreshToken === undefined ? {} : { refreshToken }),
      sessionExpiresAt: session.expiresAt,
    };
  }
}
