import { Injectable } from '@nestjs/common';
import { Failure, PRODUCT_ID } from '@ballast/contracts';
import type { PositionView, TradePage } from '@ballast/contracts/orders';
import type { ContainerStore } from '@ballast/cosmos';
import { InjectStore, ProblemException } from '@ballast/service-host';
import type { PageRequest } from '@ballast/service-host';
import { Market } from './adapters/market.js';
import { OrderBooks } from './adapters/order-books.js';
import { positionView, tradeView } from './adapters/trade-rows.js';
import type { Prices, TradeRow } from './adapters/trade-rows.js';

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

  /** One page of the trades that are over, newest first. */
  async page(profileId: string, { limit, cursor }: PageRequest): Promise<TradePage> {
    const rows: TradeRow[] = [];
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : sequenceOf(cursor);
    let continuation: string | undefined;
    do {
      const page = await this.history.query<TradeRow>({
        query: 'SELECT * FROM c WHERE c.sequence < @before ORDER BY c.sequence DESC',
        parameters: { '@before': before },
        partition: [PRODUCT_ID, profileId],
        pageSize: limit,
        ...(continuation === undefined ? {} : { continuation }),
      });
      rows.push(...page.items);
      continuation = page.continuation;
    } while (continuation !== undefined && rows.length < limit);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map(tradeView),
      ...(items.length < limit || last === undefined ? {} : { nextCursor: cursorOf(last.sequence) }),
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

function cursorOf(sequence: number): string {
  return Buffer.from(`${sequence}`).toString('base64url');
}

/** The sequence that the page before ended with; throws the problem of a cursor that no page has given. */
function sequenceOf(cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text);
  throw new ProblemException('invalid-request', {
    errors: [{ pointer: 'cursor', detail: 'must be what `nextCursor` was' }],
  });
}
