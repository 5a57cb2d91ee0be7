import { Controller, Get } from '@nestjs/common';
import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import type { PositionList, TradePage } from '@ballast/contracts/orders';
import { CurrentCaller, PageQuery, Scopes, idParam } from '@ballast/service-host';
import type { Caller, PageRequest } from '@ballast/service-host';
import { ReadOrders } from '../read-orders.js';
import { ReadTrades } from '../read-trades.js';

/** Trades in one page, at most and unless asked otherwise. */
const PAGE_TRADES_MAX = 200;
const PAGE_TRADES_DEFAULT = 50;

/** What profiles hold and have earned, over private HTTP. Somebody else's profile is answered as one that does not exist. */
@Controller('v1/profiles/:id')
export class TradesController {
  constructor(
    private readonly orders: ReadOrders,
    private readonly trades: ReadTrades,
  ) {}

  @Get('positions')
  @Scopes('orders:read')
  async positions(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<PositionList> {
    await this.orders.requireOwnBook(profileId, caller);
    return { items: await this.trades.positions(profileId) };
  }

  /** Trades that are over, newest first. */
  @Get('trades')
  @Scopes('orders:read')
  async closed(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @PageQuery({ limitDefault: PAGE_TRADES_DEFAULT, limitMax: PAGE_TRADES_MAX }) page: PageRequest,
    @CurrentCaller() caller: Caller,
  ): Promise<TradePage> {
    await this.orders.requireOwnBook(profileId, caller);
    return this.trades.page(profileId, page);
  }
}
