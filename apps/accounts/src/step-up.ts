import { userSteppedUp } from '@ballast/contracts/accounts';
import type { TokenView } from '@ballast/contracts/accounts';
import { Clock, ProblemException } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { SessionStore } from './adapters/session.store.js';
import { occasionNow } from './adapters/trace-now.js';
import { UserStore } from './adapters/user.store.js';
import { BeginSession } from './begin-session.js';
import { steppedUp } from './domain/session.js';
import { userEvent } from './domain/user.js';
import { LimitAttempts } from './limit-attempts.js';
import { TakeCode } from './take-code.js';

/** Turns a code into an access token of the same session that proves a second factor shown now. */
@Injectable()
export class StepUp {
  constructor(
    private readonly users: UserStore,
    private readonly sessions: SessionStore,
    private readonly takeCode: TakeCode,
    private readonly attempts: LimitAttempts,
    private readonly beginSession: BeginSession,
    private readonly clock: Clock,
  ) {}

  /** Throws the problems `second-factor-wrong`, `too-many-requests`, or `conflict` without a second factor or session. */
  execute({ userId, sessionId = '' }: Caller, code: string): Promise<TokenView> {
    return this.attempts.run(userId, async (cleared) => {
      const tokens = await this.users.change(userId, async (user) => {
        const taken = this.takeCode.from(user, code);
        const stored = await this.sessions.find(userId, sessionId);
        if (stored === undefined) throw new ProblemException('conflict', { detail: 'This token has no session.' });
        const session = steppedUp(stored.document, this.clock.now());
        const data = { userId, sessionId };
        const told = userEvent(taken.user, { declaration: userSteppedUp, data }, occasionNow(this.clock));
        return {
          user: told.user,
          events: [...taken.events, told.event],
          documents: [{ replace: session, ifMatch: stored.etag }, cleared],
          answer: await this.beginSession.tokensOf(session, user.role),
        };
      });
      if (tokens === undefined) throw new ProblemException('not-found');
      return tokens;
    });
  }
}
