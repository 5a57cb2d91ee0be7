import { SESSION_ID_PATTERN } from '@ballast/contracts';
import type { SessionPage } from '@ballast/contracts/accounts';
import { AnsweredWrites, CurrentCaller, ProblemException, Repeatable, idParam } from '@ballast/service-host';
import type { Caller, RepeatableWrite } from '@ballast/service-host';
import { Controller, Delete, Get, HttpCode } from '@nestjs/common';
import { EndSessions } from '../end-sessions.js';
import { ReadSessions } from '../read-sessions.js';

/** The sessions of the caller. */
@Controller('v1/sessions')
export class SessionsController {
  constructor(
    private readonly readSessions: ReadSessions,
    private readonly endSessions: EndSessions,
    private readonly answered: AnsweredWrites,
  ) {}

  @Get()
  list(@CurrentCaller() caller: Caller): Promise<SessionPage> {
    return this.readSessions.execute(caller);
  }

  @Delete(':id')
  @HttpCode(204)
  async revoke(
    @CurrentCaller() { userId }: Caller,
    @idParam('id', SESSION_ID_PATTERN) sessionId: string,
    @Repeatable() write: RepeatableWrite,
  ): Promise<void> {
    await this.answered.once(write, async () => {
      if (!(await this.endSessions.one(userId, sessionId, 'revoked'))) throw new ProblemException('not-found');
    });
  }
}
