import { Body, Controller, Get, Put, Res } from '@nestjs/common';
import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { TradingLimits } from '@ballast/contracts/orders';
import {
  AnsweredWrites,
  CurrentCaller,
  IfMatch,
  Repeatable,
  Roles,
  Scopes,
  contentTag,
  idParam,
} from '@ballast/service-host';
import type { Caller, Precondition, RepeatableWrite } from '@ballast/service-host';
import type { FastifyReply } from 'fastify';
import { limitTexts, limitsOf } from '../domain/risk-limits.js';
import { ReadOrders } from '../read-orders.js';
import { OrderBooks } from './order-books.js';

/** The limits of one profile over private HTTP; its owner may read them, operators set them. */
@Controller('v1/profiles/:id/trading-limits')
export class LimitsController {
  constructor(
    private readonly books: OrderBooks,
    private readonly read: ReadOrders,
    private readonly answered: AnsweredWrites,
  ) {}

  @Get()
  @Scopes('orders:read')
  async limits(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TradingLimits> {
    await this.read.requireOwnBook(profileId, caller);
    return shown(limitTexts((await this.books.stored(profileId))?.limits ?? {}), reply);
  }

  /** Replaces all of them, as the caller saw them. They hold for orders that are placed from then on. */
  @Put()
  @Scopes('profiles:write')
  @Roles('operator', 'admin')
  async change(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Body() request: TradingLimits,
    @IfMatch({ required: true }) precondition: Precondition,
    @Repeatable() write: RepeatableWrite,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TradingLimits> {
    await this.read.requireOwnBook(profileId, caller);
    const limits = limitsOf(request);
    const answer = await this.answered.once(write, async () => {
      await this.books.setLimits(profileId, limits, caller.userId, (before) =>
        precondition.check(contentTag(limitTexts(before))),
      );
      return limitTexts(limits);
    });
    return shown(answer, reply);
  }
}

/** The limits, with their `ETag` in the answer. */
function shown(limits: TradingLimits, reply: FastifyReply): TradingLimits {
  void reply.header('etag', contentTag(limits));
  return limits;
}
