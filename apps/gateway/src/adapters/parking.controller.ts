import {
  DeadLetterList,
  DropDeadLetterRequest,
  DropParkedRequest,
  ParkedAggregateList,
  ParkedMessageList,
  RedriveView,
} from '@ballast/contracts/parked';
import { ProblemException, Roles, Scopes } from '@ballast/service-host';
import { Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiBodyProblems, ApiProblems, ApiRepeatable } from './api-decorators.js';
import { Owners } from './owners.js';

/** The services that keep a parked list. */
const CONSUMERS = ['orders', 'ledger', 'audit'] as const;
const OK = 200;

const ApiConsumer = (): MethodDecorator =>
  ApiParam({ name: 'service', description: 'The service that could not handle them.', enum: CONSUMERS });
const ApiSubject = (): MethodDecorator =>
  ApiParam({ name: 'subject', description: 'What the messages are about.', example: 'ord_1' });

@ApiTags('Operation')
@ApiBearerAuth()
@Roles('operator', 'admin')
@Controller('v1/admin')
export class ParkingController {
  constructor(private readonly owners: Owners) {}

  @Get('parked/:service')
  @Scopes('admin:read')
  @ApiConsumer()
  @ApiOperation({ operationId: 'listParkedAggregates', summary: 'What a service could not handle, by aggregate.' })
  @ApiOkResponse({ type: ParkedAggregateList })
  @ApiProblems('forbidden', 'not-found')
  list(@Param('service') service: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.forward(service, request, reply);
  }

  @Get('parked/:service/:subject')
  @Scopes('admin:read')
  @ApiConsumer()
  @ApiSubject()
  @ApiOperation({
    operationId: 'listParkedMessages',
    summary: 'The parked messages of one aggregate, in the order in which they will be handled.',
  })
  @ApiOkResponse({ type: ParkedMessageList })
  @ApiProblems('forbidden', 'not-found')
  show(@Param('service') service: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.forward(service, request, reply);
  }

  @Post('parked/:service/:subject/redrive')
  @Scopes('admin:write')
  @HttpCode(OK)
  @ApiRepeatable()
  @ApiConsumer()
  @ApiSubject()
  @ApiOperation({
    operationId: 'redriveParkedMessages',
    summary: 'Handle the parked messages of one aggregate again, in order.',
    description: 'Stops at the first one that cannot be handled, or after five seconds. Safe to repeat.',
  })
  @ApiOkResponse({ type: RedriveView })
  @ApiProblems('forbidden', 'not-found')
  redrive(
    @Param('service') service: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.forward(service, request, reply);
  }

  @Post('parked/:service/:subject/drop')
  @Scopes('admin:write')
  @HttpCode(OK)
  @ApiRepeatable()
  @ApiConsumer()
  @ApiSubject()
  @ApiOperation({
    operationId: 'dropParkedMessage',
    summary: 'Give one parked message up for good. Audit gives none up.',
  })
  @ApiBody({ type: DropParkedRequest })
  @ApiOkResponse({ type: RedriveView })
  @ApiBodyProblems('forbidden', 'not-found', 'conflict')
  drop(@Param('service') service: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.forward(service, request, reply);
  }

  @Get('dead-letters/:service')
  @Scopes('admin:read')
  @ApiConsumer()
  @ApiOperation({
    operationId: 'listDeadLetters',
    summary: 'What could not even be parked, in the broker’s dead-letter queues.',
  })
  @ApiOkResponse({ type: DeadLetterList })
  @ApiProblems('forbidden', 'not-found')
  deadLetters(
    @Param('service') service: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.forward(service, request, reply);
  }

  @Post('dead-letters/:service/redrive')
  @Scopes('admin:write')
  @HttpCode(OK)
  @ApiRepeatable()
  @ApiConsumer()
  @ApiOperation({
    operationId: 'redriveDeadLetters',
    summary: 'Handle the dead letters again, in order. Safe to repeat.',
  })
  @ApiOkResponse({ type: RedriveView })
  @ApiProblems('forbidden', 'not-found')
  redriveDeadLetters(
    @Param('service') service: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.forward(service, request, reply);
  }

  @Post('dead-letters/:service/drop')
  @Scopes('admin:write')
  @HttpCode(OK)
  @ApiRepeatable()
  @ApiConsumer()
  @ApiOperation({ operationId: 'dropDeadLetter', summary: 'Remove one dead letter for good. Audit gives none up.' })
  @ApiBody({ type: DropDeadLetterRequest })
  @ApiOkResponse({ type: RedriveView })
  @ApiBodyProblems('forbidden', 'not-found', 'conflict')
  dropDeadLetter(
    @Param('service') service: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.forward(service, request, reply);
  }

  private forward(service: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const consumer = CONSUMERS.find((name) => name === service);
    if (consumer === undefined) throw new ProblemException('not-found');
    return this.owners.forward(consumer, request, reply);
  }
}
