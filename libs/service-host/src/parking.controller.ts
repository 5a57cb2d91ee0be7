import { DropDeadLetterRequest, DropParkedRequest } from '@ballast/contracts/parked';
import type { DeadLetterList, ParkedAggregateList, ParkedMessageList, RedriveView } from '@ballast/contracts/parked';
import type { DeadLetter } from '@ballast/service-bus';
import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { AnsweredWrites } from './answered-writes.js';
import { Roles } from './caller.js';
import { Parking } from './parking.js';
import { ProblemException } from './problem-exception.js';
import { Repeatable, idParam } from './request-parts.js';
import type { RepeatableWrite } from './request-parts.js';
import { ServiceLog } from './service-log.js';
import { Scopes } from './scopes.js';
import { SERVICE_NAME } from './service-name.js';

const SERVICE_PATTERN = /^[a-z]{1,32}$/;
const SUBJECT_PATTERN = /^[\w.:-]{1,128}$/;
const OK = 200;

/** What could not be handled, over private HTTP, for operators. Another service's name is answered as nothing. */
@Controller('v1/admin')
@Roles('operator', 'admin')
export class ParkingController {
  constructor(
    private readonly parking: Parking,
    private readonly log: ServiceLog,
    @Inject(SERVICE_NAME) private readonly service: string,
    private readonly answered: AnsweredWrites,
  ) {}

  @Get('parked/:service')
  @Scopes('admin:read')
  async list(@idParam('service', SERVICE_PATTERN) service: string): Promise<ParkedAggregateList> {
    this.requireOwn(service);
    const aggregates = Object.entries(await this.parking.list.aggregates());
    const items = aggregates.map(([subject, { partitionkey, messages, since, reason, description }]) => ({
      ...{ subject, partitionkey, messages: messages.length, since, reason, description },
    }));
    return { items: items.sort((a, b) => a.since.localeCompare(b.since)) };
  }

  @Get('parked/:service/:subject')
  @Scopes('admin:read')
  async show(
    @idParam('service', SERVICE_PATTERN) service: string,
    @idParam('subject', SUBJECT_PATTERN) subject: string,
  ): Promise<ParkedMessageList> {
    this.requireOwn(service);
    const aggregate = await this.parking.aggregate(subject);
    if (aggregate === undefined) throw new ProblemException('not-found');
    const rows = await this.parking.messages(aggregate);
    return {
      items: rows.map(({ message, parkedAt }) => {
        const { messageId, topic, subscription, properties, body } = message;
        return { subject, messageId, topic, subscription, parkedAt, properties, body };
      }),
    };
  }

  /** Handles them in order; a second call goes on where the first one stopped. */
  @Post('parked/:service/:subject/redrive')
  @Scopes('admin:write')
  @HttpCode(OK)
  async redrive(
    @idParam('service', SERVICE_PATTERN) service: string,
    @idParam('subject', SUBJECT_PATTERN) subject: string,
    @Repeatable() write: RepeatableWrite,
  ): Promise<RedriveView> {
    this.requireOwn(service);
    return this.answered.once(write, async () => {
      const result = await this.parking.redrive(subject, write.callerId);
      if (result === undefined) throw new ProblemException('not-found');
      return result;
    });
  }

  /** Gives one message up; the others are still to be redriven. */
  @Post('parked/:service/:subject/drop')
  @Scopes('admin:write')
  @HttpCode(OK)
  async drop(
    @idParam('service', SERVICE_PATTERN) service: string,
    @idParam('subject', SUBJECT_PATTERN) subject: string,
    @Body() { messageId, reason }: DropParkedRequest,
    @Repeatable() write: RepeatableWrite,
  ): Promise<RedriveView> {
    this.requireOwn(service);
    this.requireDroppable();
    return this.answered.once(write, async () => {
      if (!(await this.parking.drop(subject, messageId, { actor: write.callerId, reason }))) {
        throw new ProblemException('not-found');
      }
      return { redriven: 0, left: (await this.parking.aggregate(subject))?.messages.length ?? 0 };
    });
  }

  @Get('dead-letters/:service')
  @Scopes('admin:read')
  async deadLetters(@idParam('service', SERVICE_PATTERN) service: string): Promise<DeadLetterList> {
    this.requireOwn(service);
    return { items: (await this.parking.listDeadLetters()).map(viewOf) };
  }

  @Post('dead-letters/:service/redrive')
  @Scopes('admin:write')
  @HttpCode(OK)
  redriveDeadLetters(
    @idParam('service', SERVICE_PATTERN) service: string,
    @Repeatable() write: RepeatableWrite,
  ): Promise<RedriveView> {
    this.requireOwn(service);
    return this.answered.once(write, () => this.parking.redriveDeadLetters());
  }

  @Post('dead-letters/:service/drop')
  @Scopes('admin:write')
  @HttpCode(OK)
  async dropDeadLetter(
    @idParam('service', SERVICE_PATTERN) service: string,
    @Body() { topic, sequenceNumber, reason }: DropDeadLetterRequest,
    @Repeatable() write: RepeatableWrite,
  ): Promise<RedriveView> {
    this.requireOwn(service);
    this.requireDroppable();
    return this.answered.once(write, async () => {
      const source = { topic, subscription: this.service };
      if (!(await this.parking.dropDeadLetter(source, sequenceNumber))) throw new ProblemException('not-found');
      this.log.warn({ ...source, sequenceNumber, reason, actor: write.callerId }, 'a dead letter was dropped');
      return { redriven: 0, left: 0 };
    });
  }

  private requireOwn(service: string): void {
    if (service !== this.service) throw new ProblemException('not-found');
  }

  private requireDroppable(): void {
    if (!this.parking.mayDrop) {
      throw new ProblemException('conflict', { detail: `${this.service} gives no message up: it has to be redriven` });
    }
  }
}

function viewOf({ subject, enqueuedAt, ...letter }: DeadLetter): DeadLetterList['items'][number] {
  return {
    ...letter,
    ...(subject === undefined ? {} : { subject }),
    ...(enqueuedAt === undefined ? {} : { enqueuedAt }),
  };
}
