import { Decimal, decimal } from '@ballast/money';
import type { VenueAsset, VenueCapabilities, VenueQuote } from '@ballast/venue';

/** What a run trades. */
export const SYMBOLS = ['AAPL', 'MSFT'] as const;

/** Best bid of every symbol until the market moves. */
const FIRST_BID = decimal('99.99');
/** What a seller wants more than a buyer gives. */
const SPREAD = decimal('0.01');

const ASSET = {
  tradable: true,
  quantityScale: 0,
  priceIncrement: decimal('0.01'),
  quantityMin: decimal('1'),
  assetClass: 'equity' as const,
  shortable: true,
};

/** What the model's broker offers. */
export const MODEL_CAPABILITIES: VenueCapabilities = {
  orderTypes: ['market', 'limit', 'stop', 'stop-limit'],
  timesInForce: ['day', 'gtc', 'ioc', 'fok'],
  fractional: false,
  feeRate: decimal('0.001'),
  visibilityDelayMs: 50,
  callDeadlineMs: 50,
  orderClasses: ['oco'],
  notional: false,
  short: true,
  replace: true,
  extendedHours: false,
  uniqueKeys: true,
  bars: false,
  quoteStream: false,
};

/** The best prices of every symbol, which stand still until they are moved. */
export class ModelMarket {
  private readonly bids = new Map<string, Decimal>();

  /** From now on somebody gives this much for a symbol. */
  move(symbol: string, bid: Decimal): void {
    this.bids.set(symbol, bid);
  }

  /** What somebody gives and what somebody wants. */
  prices(symbol: string): { readonly bid: Decimal; readonly ask: Decimal } {
    const bid = this.bids.get(symbol) ?? FIRST_BID;
    return { bid, ask: bid.plus(SPREAD) };
  }

  assets(): VenueAsset[] {
    return SYMBOLS.map((symbol) => ({ ...ASSET, symbol, name: symbol }));
  }

  quotes(symbols: readonly string[], at: Date): VenueQuote[] {
    return symbols.map((symbol) => ({ symbol, ...this.prices(symbol), at }));
  }
}
