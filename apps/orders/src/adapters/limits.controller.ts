import { Body, Controller, Get, Put } from '@nestjs/common';
import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { TradingLimits } from '@ballast/contracts/orders';
import { CurrentCaller, Roles, Scopes, idParam } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { limitTexts, limitsOf } from '../domain/risk-limits.js';
import { ReadOrders } from '../read-orders.js';
import { OrderBooks } from './order-books.js';

/** The limits of one profile over private HTTP; its owner may read them, operators set them. */
@Controller('v1/profiles/:id/trading-limits')
export class LimitsController {
  constructor(
    private readonly books: OrderBooks,
    private readonly read: ReadOrders,
  ) {}

  @Get()
  @Scopes('orders:read')
  async limits(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<TradingLimits> {
    await this.read.requireOwnBook(profileId, caller);
    return limitTexts((await this.books.stored(profileId))?.limits ?? {});
  }

  /** Replaces all of them. They hold for orders that are placed from then on. */
  @Put()
  @Scopes('profiles:write')
  @Roles('operator', 'admin')
  async change(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @Body() request: TradingLimits,
    @CurrentCaller() caller: Caller,
  ): Promise<TradingLimits> {
    await this.read.requireOwnBook(profileId, caller);
    const limits = limitsOf(request);
    await this.books.setLimits(profileId, limits, caller.userId);
    return limitTexts(limits);
  }
}
