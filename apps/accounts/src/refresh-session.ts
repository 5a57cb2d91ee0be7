import type { TokenView } from '@ballast/contracts/accounts';
import { StoreUnavailable } from '@ballast/cosmos';
import { Clock, ProblemException } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { RefreshTokens } from './adapters/refresh-tokens.js';
import type { ParsedRefreshToken } from './adapters/refresh-tokens.js';
import { SessionStore } from './adapters/session.store.js';
import { UserStore } from './adapters/user.store.js';
import { BeginSession } from './begin-session.js';
import { decideRefresh, rotated } from './domain/session.js';
import type { Client } from './domain/session.js';
import { EndSessions } from './end-sessions.js';

/** Times a refresh is decided again when another one of the session was faster. */
const TRIES_MAX = 5;

/** Turns a refresh token into the next access and refresh token of its session, once. */
@Injectable()
export class RefreshSession {
  constructor(
    private readonly sessions: SessionStore,
    private readonly users: UserStore,
    private readonly refreshTokens: RefreshTokens,
    private readonly beginSession: BeginSession,
    private readonly endSessions: EndSessions,
    private readonly clock: Clock,
  ) {}

  /** Throws the problem `refresh-refused`. A token that was used before ends its session. */
  async execute(token: string, client: Client): Promise<TokenView> {
    const parsed = this.refreshTokens.parse(token);
    if (parsed === undefined) throw new ProblemException('refresh-refused');
    for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
      const tokens = await this.attempt(parsed, client);
      if (tokens !== undefined) return tokens;
    }
    throw new StoreUnavailable('too many refreshes of one session at once');
  }

  /** `undefined` when somebody was faster. */
  private async attempt(parsed: ParsedRefreshToken, client: Client): Promise<TokenView | undefined> {
    const { userId, sessionId } = parsed;
    const [stored, user] = await Promise.all([this.sessions.find(userId, sessionId), this.users.find(userId)]);
    if (stored === undefined || user === undefined || user.disabledAt !== undefined) {
      throw new ProblemException('refresh-refused');
    }
    const { document: session, etag } = stored;
    const nowMs = this.clock.now();
    const decision = decideRefresh(session, this.refreshTokens.presented(session, parsed), nowMs);
    if (decision === 'reused') await this.endSessions.one(userId, sessionId, 'refresh-reused');
    if (decision === 'reused' || decision === 'refused') throw new ProblemException('refresh-refused');
    if (decision === 'repeat') {
      const newest = this.refreshTokens.make(userId, sessionId, session.generation);
      return this.beginSession.tokensOf(session, user.role, newest.token);
    }
    const next = this.refreshTokens.make(userId, sessionId, session.generation + 1);
    const after = rotated(session, next.hash, { client, nowMs });
    if (!(await this.sessions.replace(after, etag))) return undefined;
    return this.beginSession.tokensOf(after, user.role, next.token);
  }
}
