import { Injectable } from '@nestjs/common';
import { Failure, PRODUCT_ID } from '@ballast/contracts';
import type { PositionView, TradePage } from '@ballast/contracts/orders';
import type { ContainerStore } from '@ballast/cosmos';
import { InjectStore, Listing } from '@ballast/service-host';
import type { PageRequest } from '@ballast/service-host';
import { Market } from './adapters/market.js';
import { OrderBooks } from './adapters/order-books.js';
import { positionView, tradeView } from './adapters/trade-rows.js';
import type { Prices, TradeRow } from './adapters/trade-rows.js';

/** A sequence, as a cursor has it. */
const SEQUENCE_PATTERN = /^[1-9]\d{0,15}$/;

/** Answers what a profile holds and what its trades came to; who may know is the caller's to check. */
@Injectable()
export class ReadTrades {
  constructor(
    private readonly books: OrderBooks,
    private readonly market: Market,
    @InjectStore('trade_history') private readonly history: ContainerStore,
  ) {}

  /** The open trades as they are stored now, by symbol, valued at the best prices; without them where there is no quote. */
  async positions(profileId: string): Promise<PositionView[]> {
    const book = await this.books.stored(profileId);
    const trades = Object.entries(book?.trades ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
    return Promise.all(trades.map(async ([symbol, trade]) => positionView(symbol, trade, await this.pricesOf(symbol))));
  }

  /** One page of the trades that are over, newest first. Throws the problem `invalid-cursor`. */
  async page(profileId: string, page: PageRequest): Promise<TradePage> {
    const listing = new Listing('trades', profileId);
    const { limit } = page;
    const rows: TradeRow[] = [];
    const before = Number(listing.placeIn(page, SEQUENCE_PATTERN) ?? Number.MAX_SAFE_INTEGER);
    let continuation: string | undefined;
    do {
      const stored = await this.history.query<TradeRow>({
        query: 'SELECT * FROM c WHERE c.sequence < @before ORDER BY c.sequence DESC',
        parameters: { '@before': before },
        partition: [PRODUCT_ID, profileId],
        pageSize: limit,
        ...(continuation === undefined ? {} : { continuation }),
      });
      rows.push(...stored.items);
      continuation = stored.continuation;
    } while (continuation !== undefined && rows.length < limit);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map(tradeView),
      ...(items.length < limit || last === undefined ? {} : { nextCursor: listing.cursorAt(`${last.sequence}`) }),
    };
  }

  private async pricesOf(symbol: string): Promise<Prices | undefined> {
    try {
      return await this.market.symbolFacts(symbol);
    } catch (error) {
      if (error instanceof Failure) return undefined;
      throw error;
    }
  }
}
