import type { SessionEndReason } from '@ballast/contracts/accounts';
import { Clock } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { occasionNow } from './adapters/trace-now.js';
import { UserStore } from './adapters/user.store.js';
import type { UserChange } from './adapters/user.store.js';
import { RevokedHere } from './adapters/revoked-here.js';
import { endedSession } from './domain/session.js';
import type { SessionEnd } from './domain/session.js';
import type { User } from './domain/user.js';

/** Ends sessions before their time. */
@Injectable()
export class EndSessions {
  constructor(
    private readonly users: UserStore,
    private readonly revoked: RevokedHere,
    private readonly clock: Clock,
  ) {}

  /** Ends one session of the user. False where the user has no such session. */
  async one(userId: string, sessionId: string, reason: SessionEndReason, actor?: string): Promise<boolean> {
    const hasEnded = await this.users.change(userId, (user) => {
      if (!(user.sessionIds ?? []).includes(sessionId)) return { answer: false };
      return { ...this.plan(user, [sessionId], endBy(reason, actor)), answer: true };
    });
    if (hasEnded === true) this.revoked.add([sessionId]);
    return hasEnded ?? false;
  }

  /** Ends every session of the user, in the name of an admin. False where there is no such user. */
  async all(userId: string, actor: string): Promise<boolean> {
    const endedIds = await this.users.change(userId, (user) => {
      const answer = user.sessionIds ?? [];
      return answer.length === 0 ? { answer } : { ...this.plan(user, answer, endBy('revoked', actor)), answer };
    });
    this.revoked.add(endedIds ?? []);
    return endedIds !== undefined;
  }

  /** What is to be written so that the user has no session any more. */
  planAll(user: User, reason: SessionEndReason): Required<Omit<UserChange<unknown>, 'answer'>> {
    return this.plan(user, user.sessionIds ?? [], { reason });
  }

  private plan(
    user: User,
    sessionIds: readonly string[],
    end: SessionEnd,
  ): Required<Omit<UserChange<unknown>, 'answer'>> {
    const occasion = occasionNow(this.clock);
    const ends = sessionIds.map((sessionId) => endedSession({ sessionId, userId: user.userId, ...end }, occasion));
    return {
      user: { ...user, sessionIds: (user.sessionIds ?? []).filter((id) => !sessionIds.includes(id)) },
      events: ends.map(({ event }) => event),
      documents: ends.map(({ revocation }) => ({ upsert: revocation })),
    };
  }
}

const endBy = (reason: SessionEndReason, actor: string | undefined): SessionEnd => ({
  reason,
  ...(actor !== undefined && { actor }),
});
