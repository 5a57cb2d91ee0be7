import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { ROLES } from '@ballast/contracts/accounts';
import { SYMBOL_PATTERN } from '@ballast/contracts/orders';
import type { Refused, StreamRoom } from '@ballast/contracts/stream-protocol';
import { StreamQuery } from '@ballast/contracts/streams';
import { InvalidToken, ProblemException, Roles, Scopes } from '@ballast/service-host';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Identity } from '../stream-client.js';
import { ApiProblems } from './api-decorators.js';
import { Doorkeeper } from './doorkeeper.js';
import { SseWire, cursorsIn } from './sse-wire.js';
import { STREAM_SCOPE, StreamSessions } from './stream-sessions.js';

/** Seconds after which who has too many connections may try again. */
const RETRY_AFTER_SECONDS = 5;

@ApiTags('Streams')
@ApiBearerAuth()
@Controller('v1/stream')
export class StreamController implements BeforeApplicationShutdown {
  private readonly open = new Set<SseWire>();

  constructor(
    private readonly sessions: StreamSessions,
    private readonly doorkeeper: Doorkeeper,
  ) {}

  @Get()
  @Roles(...ROLES)
  @Scopes(STREAM_SCOPE)
  @ApiOperation({
    operationId: 'streamEvents',
    summary: 'Your events as they happen, as server-sent events.',
    description:
      'Without a query your events from now on; of a profile (and one symbol in it) a snapshot and every event after ' +
      'it, once and in order; of a symbol alone the newest quotes of its market. `event:` is `subscribed`, `event`, ' +
      '`quote`, `dropped`, `resync` or `closing`; `data:` is as over Socket.IO. A comment every 15 s keeps the connection alive. It ends with its token.',
  })
  @ApiQuery({
    name: 'profileId',
    description: 'The profile; without it and a symbol: all that is yours.',
    required: false,
    schema: { type: 'string', pattern: PROFILE_ID_PATTERN.source },
  })
  @ApiQuery({
    name: 'symbol',
    description: 'Only what is about this symbol in the profile; without a profile the quotes of it.',
    required: false,
    schema: { type: 'string', pattern: SYMBOL_PATTERN.source },
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    description: 'The id of the last event that was seen of the profile: what was missed since is sent again.',
    required: false,
    schema: { type: 'string' },
  })
  @ApiResponse({
    status: 200,
    description: 'The events, until either side ends the connection.',
    content: {
      'text/event-stream': {
        schema: { type: 'string' },
        example: 'id: orders=12,ledger=7\nevent: event\ndata: {"type":"order.opened.v1","sequence":12}\n\n',
      },
    },
  })
  @ApiProblems('invalid-request', 'forbidden', 'not-found')
  async stream(@Query() query: StreamQuery, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const room = roomOf(query, request.headers['last-event-id']);
    const wire = new SseWire(reply.raw, room.room);
    const client = this.sessions.enter(wire, await this.identify(request));
    if (client === undefined)
      throw new ProblemException('too-many-requests', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    reply.raw.once('close', () => {
      this.open.delete(wire);
      client.leave();
    });
    reply.raw.on('drain', () => client.flush());
    let refused: Refused | undefined;
    await client.subscribe(room, (answer) => {
      if (!answer.ok) {
        refused = answer;
        return;
      }
      reply.hijack();
      this.open.add(wire);
      wire.begin(reply.getHeaders(), answer);
    });
    if (refused === undefined) return;
    client.leave();
    throw problemOf(refused);
  }

  /** Ends every stream, so that clients go to another replica and the HTTP server can close. */
  beforeApplicationShutdown(): void {
    for (const wire of this.open) wire.close();
  }

  private async identify(request: FastifyRequest): Promise<Identity> {
    const bearer = request.headers.authorization?.replace(/^Bearer /i, '');
    try {
      return await this.sessions.identify(this.doorkeeper.keyOf(request) ?? bearer, request);
    } catch (error) {
      if (error instanceof InvalidToken) throw new ProblemException('unauthorized');
      throw error;
    }
  }
}

function roomOf({ profileId, symbol }: StreamQuery, lastEventId: unknown): StreamRoom {
  const after = cursorsIn(lastEventId);
  if (profileId === undefined) {
    return symbol === undefined ? { room: 'user', ...(after && { after }) } : { room: 'quotes', symbol };
  }
  if (symbol !== undefined) return { room: 'symbol', profileId, symbol };
  return { room: 'profile', profileId, ...(after && { after }) };
}

function problemOf({ code, detail }: Refused): ProblemException {
  const options = detail === undefined ? {} : { detail };
  switch (code) {
    case 'too-many-subscriptions':
    case 'too-many-messages':
      return new ProblemException('too-many-requests', { ...options, retryAfterSeconds: RETRY_AFTER_SECONDS });
    default:
      return new ProblemException(code, options);
  }
}
