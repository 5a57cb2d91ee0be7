import type { AlpacaClient } from './alpaca-client.js';
import { ALPACA_TIMEFRAME, readAsset, readBars, readClock, readQuote } from './alpaca-market-wire.js';
import type { RequestBudget } from './request-budget.js';
import { VenueUnavailable } from './venue-errors.js';
import type { VenueAsset, VenueBar, VenueBarRequest, VenueClock, VenueQuote } from './venue-market.js';
import { fieldsOf, listOf } from './wire-fields.js';

/** Where Alpaca's market is to be read, and the budgets of its two addresses. */
export interface AlpacaMarketAddress {
  tradingUrl: string;
  dataUrl: string;
  tradingBudget: RequestBudget | undefined;
  dataBudget: RequestBudget | undefined;
}

const BARS_PAGE_MAX = 10_000;
/** Pages read in one call before it is given up as endless. */
const PAGES_MAX = 1_000;

/** What can be traded at Alpaca, at which prices, and when. */
export class AlpacaMarket {
  constructor(
    private readonly client: AlpacaClient,
    private readonly address: AlpacaMarketAddress,
  ) {}

  async assets(): Promise<VenueAsset[]> {
    const url = `${this.address.tradingUrl}/v2/assets?status=active`;
    const reply = await this.client.repeatable({ method: 'GET', url }, { budget: this.address.tradingBudget });
    return this.client.decode(reply, (json) => listOf(json, 'assets').map(readAsset));
  }

  async clock(): Promise<VenueClock> {
    const url = `${this.address.tradingUrl}/v2/clock`;
    const reply = await this.client.repeatable({ method: 'GET', url }, { budget: this.address.tradingBudget });
    return this.client.decode(reply, readClock);
  }

  async quotes(symbols: readonly string[]): Promise<VenueQuote[]> {
    const [stockQuotes, pairQuotes] = await Promise.all([
      this.quotesAt(
        '/v2/stocks/quotes/latest',
        symbols.filter((symbol) => !isPair(symbol)),
      ),
      this.quotesAt('/v1beta3/crypto/us/latest/quotes', symbols.filter(isPair)),
    ]);
    return [...stockQuotes, ...pairQuotes];
  }

  async bars(request: VenueBarRequest): Promise<VenueBar[]> {
    const { symbol, from, to } = request;
    const path = isPair(symbol) ? '/v1beta3/crypto/us/bars' : '/v2/stocks/bars';
    const query = new URLSearchParams({
      symbols: symbol,
      timeframe: ALPACA_TIMEFRAME[request.timeframe],
      start: from.toISOString(),
      end: to.toISOString(),
      limit: String(BARS_PAGE_MAX),
    });
    const bars: VenueBar[] = [];
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const reply = await this.data(`${path}?${query}`);
      const { bars: rows, nextPage } = this.client.decode(reply, (json) => readBars(symbol, json));
      bars.push(...rows.filter(({ at }) => at >= from && at < to));
      if (nextPage === undefined) return bars;
      query.set('page_token', nextPage);
    }
    throw new VenueUnavailable('the list of bars has no end');
  }

  private async quotesAt(path: string, symbols: readonly string[]): Promise<VenueQuote[]> {
    if (symbols.length === 0) return [];
    const reply = await this.data(`${path}?${new URLSearchParams({ symbols: symbols.join(',') })}`);
    return this.client.decode(reply, (json) =>
      Object.entries(fieldsOf(fieldsOf(json, 'quotes')['quotes'], 'quotes'))
        .filter(([, quote]) => quote !== null)
        .map(([symbol, quote]) => readQuote(symbol, quote)),
    );
  }

  private data(pathAndQuery: string): ReturnType<AlpacaClient['repeatable']> {
    const url = `${this.address.dataUrl}${pathAndQuery}`;
    return this.client.repeatable({ method: 'GET', url }, { budget: this.address.dataBudget });
  }
}

/** Whether a symbol is a currency pair, which Alpaca quotes elsewhere than shares. */
export function isPair(symbol: string): boolean {
  return symbol.includes('/');
}
