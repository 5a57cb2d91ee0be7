import type { ChangeUserRequest, UserView } from '@ballast/contracts/accounts';
import { Clock, ProblemException } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { RevokedHere } from './adapters/revoked-here.js';
import { occasionNow } from './adapters/trace-now.js';
import { UserStore } from './adapters/user.store.js';
import type { UserChange } from './adapters/user.store.js';
import { userViewOf } from './domain/user.js';
import type { User } from './domain/user.js';
import { decideUserChange } from './domain/user-change.js';
import { EndSessions } from './end-sessions.js';

interface Changed {
  readonly view: UserView;
  readonly endedIds: readonly string[];
}

/** Changes what a user may do; their sessions end, as its tokens say what was. */
@Injectable()
export class ChangeUser {
  constructor(
    private readonly users: UserStore,
    private readonly endSessions: EndSessions,
    private readonly revoked: RevokedHere,
    private readonly clock: Clock,
  ) {}

  /**
   * The user afterwards; `check` may throw by what the user was. Throws the problem `not-found`, or `conflict` for the
   * admin's own user.
   */
  async execute(
    actor: string,
    userId: string,
    request: ChangeUserRequest,
    check: (before: UserView) => void,
  ): Promise<UserView> {
    if (actor === userId) throw new ProblemException('conflict', { detail: 'Another admin must change you.' });
    const changed = await this.users.change(userId, (user) => {
      check(userViewOf(user));
      return this.plan(user, actor, request);
    });
    if (changed === undefined) throw new ProblemException('not-found');
    this.revoked.add(changed.endedIds);
    return changed.view;
  }

  private plan(user: User, actor: string, request: ChangeUserRequest): UserChange<Changed> {
    const decision = decideUserChange(user, { ...request, actor }, occasionNow(this.clock));
    const { endsSessions } = decision;
    if (decision.events.length === 0) return { answer: { view: userViewOf(user), endedIds: [] } };
    if (endsSessions === undefined) {
      return {
        user: decision.user,
        events: decision.events,
        answer: { view: userViewOf(decision.user), endedIds: [] },
      };
    }
    const ends = this.endSessions.planAll(decision.user, endsSessions);
    return {
      ...ends,
      events: [...decision.events, ...ends.events],
      answer: { view: userViewOf(decision.user), endedIds: user.sessionIds ?? [] },
    };
  }
}
