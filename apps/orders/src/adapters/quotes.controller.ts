import { Controller, Get, Query } from '@nestjs/common';
import { QUOTES_PATH, QuotesQuery } from '@ballast/contracts/streams';
import type { QuotesView } from '@ballast/contracts/streams';
import { decimalText } from '@ballast/money';
import { Scopes } from '@ballast/service-host';
import { Market } from './market.js';

/** What the broker quotes, for the gateway's subscribers, over private HTTP; the market is nobody's secret. */
@Controller(QUOTES_PATH)
export class QuotesController {
  constructor(private readonly market: Market) {}

  @Get()
  @Scopes('events:read')
  async quotes(@Query() { symbols }: QuotesQuery): Promise<QuotesView> {
    const quotes = await this.market.shownQuotes(symbols.split(','));
    return {
      quotes: quotes.map(({ symbol, bid, ask, at }) => {
        return { symbol, bid: decimalText(bid), ask: decimalText(ask), at: at.toISOString() };
      }),
    };
  }
}
