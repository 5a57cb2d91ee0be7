import type { Decimal } from '@ballast/money';
import type { CcxtClient } from './ccxt-client.js';
import type { CcxtExchange } from './ccxt-exchange.js';
import { readCcxtBar, readCcxtMarket, readCcxtQuote, readCcxtSteps, readCcxtTotals } from './ccxt-wire.js';
import { VenueRejected, VenueUnavailable } from './venue-errors.js';
import type {
  VenueAccount,
  VenueAsset,
  VenueBar,
  VenueBarRequest,
  VenueClock,
  VenuePosition,
  VenueQuote,
} from './venue-market.js';
import { fieldsOf, optionalDecimalOf } from './wire-fields.js';

const BARS_PAGE_MAX = 500;
/** Pages read in one call before it is given up as endless. */
const PAGES_MAX = 1_000;

/** What can be traded at an exchange of ccxt's, at which prices, and what the account owns there. */
export class CcxtMarket {
  constructor(
    private readonly exchange: CcxtExchange,
    private readonly client: CcxtClient,
    private readonly currency: string,
  ) {}

  async assets(): Promise<VenueAsset[]> {
    return this.client.read(async () => Object.values(await this.exchange.loadMarkets(true)).map(readCcxtMarket));
  }

  async clock(): Promise<VenueClock> {
    const at = await this.client.read(async () => new Date(Number(await this.exchange.fetchTime())));
    if (Number.isNaN(at.getTime())) throw new VenueUnavailable('the venue tells no time');
    return { at, isOpen: true };
  }

  async account(): Promise<VenueAccount> {
    return this.client.read(async () => {
      const balance = await this.exchange.fetchBalance();
      const free = optionalDecimalOf(fieldsOf(balance['free'] ?? {}, 'balance'), this.currency);
      const cash = readCcxtTotals(balance).get(this.currency);
      if (cash === undefined) throw new VenueUnavailable(`the venue shows no ${this.currency}`);
      return { currency: this.currency, cash, buyingPower: free ?? cash, equity: undefined };
    });
  }

  /** What is owned of each currency but the one that cash is counted in, as the pair of the two. */
  async positions(): Promise<VenuePosition[]> {
    const totals = await this.client.read(async () => readCcxtTotals(await this.exchange.fetchBalance()));
    return [...totals]
      .filter(([currency, quantity]) => currency !== this.currency && !quantity.isZero())
      .map(([currency, quantity]) => ({ symbol: `${currency}/${this.currency}`, quantity, averagePrice: undefined }));
  }

  async quotes(symbols: readonly string[]): Promise<VenueQuote[]> {
    return this.client.read(async () => {
      const markets = await this.exchange.loadMarkets();
      const known = symbols.filter((symbol) => Object.hasOwn(markets, symbol));
      if (known.length === 0) return [];
      const tickers = await this.exchange.fetchTickers(known);
      return Object.values(tickers).flatMap((ticker) => readCcxtQuote(ticker, Date.now()) ?? []);
    });
  }

  async bars({ symbol, timeframe, from, to }: VenueBarRequest): Promise<VenueBar[]> {
    const bars: VenueBar[] = [];
    let sinceMs = from.getTime();
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const until = { until: to.getTime() };
      const rows = await this.client.repeatable(async () =>
        (await this.exchange.fetchOHLCV(symbol, timeframe, sinceMs, BARS_PAGE_MAX, until)).map(readCcxtBar),
      );
      bars.push(...rows.filter(({ at }) => at >= from && at < to && at.getTime() >= sinceMs));
      const last = rows.at(-1)?.at.getTime();
      if (rows.length < BARS_PAGE_MAX || last === undefined) return bars;
      sinceMs = last + 1;
    }
    throw new VenueUnavailable('the list of bars has no end');
  }

  /** Throws VenueRejected for a symbol that is not there and for what is no multiple of its steps, which ccxt would round. */
  async refuseOffSteps(
    symbol: string,
    quantity: Decimal | undefined,
    prices: readonly (Decimal | undefined)[],
  ): Promise<void> {
    const steps = await this.client.read(async () => {
      const market = (await this.exchange.loadMarkets())[symbol];
      return market && readCcxtSteps(market);
    });
    if (!steps) throw new VenueRejected('symbol-not-known', `the venue has no ${symbol}`);
    if (quantity && !quantity.mod(steps.quantity).isZero()) {
      throw new VenueRejected('quantity-off-step', `quantities of ${symbol} are in ${steps.quantity.toFixed()}`);
    }
    if (prices.some((price) => price && !price.mod(steps.price).isZero())) {
      throw new VenueRejected('price-off-step', `prices of ${symbol} are in ${steps.price.toFixed()}`);
    }
  }
}
