import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { ReplayQuery } from '@ballast/contracts/streams';
import type { LedgerSnapshot, StreamEvents } from '@ballast/contracts/streams';
import { CurrentCaller, ProblemException, Scopes, idParam } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Controller, Get, Query } from '@nestjs/common';
import { ReadStream } from '../read-stream.js';

/** What the gateway tells subscribers, over private HTTP. Somebody else's profile is answered as one that does not exist. */
@Controller('v1/streams/:id')
export class StreamController {
  constructor(private readonly stream: ReadStream) {}

  @Get('snapshot')
  @Scopes('events:read')
  async snapshot(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<LedgerSnapshot> {
    return found(await this.stream.snapshot(profileId, caller));
  }

  /** At most `REPLAY_EVENTS_MAX` events, or none where that is not all. */
  @Get('events')
  @Scopes('events:read')
  async events(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Query() { after }: ReplayQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<StreamEvents> {
    return found(await this.stream.events(profileId, Number(after), caller));
  }
}

function found<Answer>(answer: Answer | undefined): Answer {
  if (answer === undefined) throw new ProblemException('not-found');
  return answer;
}
