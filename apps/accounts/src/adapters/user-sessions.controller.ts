import { SESSION_ID_PATTERN, USER_ID_PATTERN } from '@ballast/contracts';
import type { SessionPage } from '@ballast/contracts/accounts';
import {
  AnsweredWrites,
  ProblemException,
  Repeatable,
  RequireFreshSecondFactor,
  Roles,
  idParam,
} from '@ballast/service-host';
import type { RepeatableWrite } from '@ballast/service-host';
import { Controller, Delete, Get, HttpCode } from '@nestjs/common';
import { EndSessions } from '../end-sessions.js';
import { ReadSessions } from '../read-sessions.js';
import { ReadUsers } from '../read-users.js';

/** The sessions of any user, for admins. */
@Controller('v1/users/:id/sessions')
@Roles('admin')
export class UserSessionsController {
  constructor(
    private readonly readUsers: ReadUsers,
    private readonly readSessions: ReadSessions,
    private readonly endSessions: EndSessions,
    private readonly answered: AnsweredWrites,
  ) {}

  @Get()
  async list(@idParam('id', USER_ID_PATTERN) userId: string): Promise<SessionPage> {
    await this.readUsers.one(userId);
    return this.readSessions.execute({ userId });
  }

  @Delete()
  @HttpCode(204)
  @RequireFreshSecondFactor()
  endAll(@idParam('id', USER_ID_PATTERN) userId: string, @Repeatable() write: RepeatableWrite): Promise<void> {
    return this.answered.once(write, async () => {
      if (!(await this.endSessions.all(userId, write.callerId))) throw new ProblemException('not-found');
    });
  }

  @Delete(':sessionId')
  @HttpCode(204)
  @RequireFreshSecondFactor()
  end(
    @idParam('id', USER_ID_PATTERN) userId: string,
    @idParam('sessionId', SESSION_ID_PATTERN) sessionId: string,
    @Repeatable() write: RepeatableWrite,
  ): Promise<void> {
    return this.answered.once(write, async () => {
      const hasEnded = await this.endSessions.one(userId, sessionId, 'revoked', write.callerId);
      if (!hasEnded) throw new ProblemException('not-found');
    });
  }
}
