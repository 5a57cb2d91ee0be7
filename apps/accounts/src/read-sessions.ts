import type { SessionPage } from '@ballast/contracts/accounts';
import { Clock } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { SessionStore } from './adapters/session.store.js';
import { SESSIONS_MAX, sessionViewOf } from './domain/session.js';

/** Shows a user the sessions that are theirs, and admins anybody's. */
@Injectable()
export class ReadSessions {
  constructor(
    private readonly sessions: SessionStore,
    private readonly clock: Clock,
  ) {}

  /** All of them: there are too few for a second page. */
  async execute({ userId, sessionId }: Pick<Caller, 'userId' | 'sessionId'>): Promise<SessionPage> {
    const live = (await this.sessions.list(userId)).filter(({ expiresAt }) => Date.parse(expiresAt) > this.clock.now());
    const newestFirst = live.sort((a, b) => (a.lastUsedAt < b.lastUsedAt ? 1 : -1)).slice(0, SESSIONS_MAX);
    return { items: newestFirst.map((session) => sessionViewOf(session, sessionId)) };
  }
}
