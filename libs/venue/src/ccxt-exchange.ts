import { attach, type CcxtHooks } from './ccxt-call.js';
import { parseLossless } from './lossless-json.js';
import type { RequestBudget } from './request-budget.js';
import { VenueRejected } from './venue-errors.js';
import type { VenueKeys } from './venue-keys.js';

/** A decoded object of ccxt; its numbers are strings here. */
export type CcxtRecord = Readonly<Record<string, unknown>>;

/** What the adapter uses of a ccxt exchange. Amounts and prices are strings, although ccxt declares numbers. */
export interface CcxtExchange {
  readonly id: string;
  readonly has: CcxtRecord;
  readonly features: CcxtRecord | undefined;
  readonly rateLimit: number;
  loadMarkets(reload?: boolean): Promise<Readonly<Record<string, CcxtRecord>>>;
  createOrder(...order: [...CcxtOrderWords, params: CcxtRecord]): Promise<CcxtRecord>;
  editOrder(id: string, ...order: [...CcxtOrderWords, params: CcxtRecord]): Promise<CcxtRecord>;
  cancelOrder(id: string, symbol: string | undefined): Promise<unknown>;
  fetchOrder(id: string, symbol: string | undefined): Promise<CcxtRecord>;
  fetchOpenOrders(...list: CcxtListWords): Promise<CcxtRecord[]>;
  fetchOrders(...list: CcxtListWords): Promise<CcxtRecord[]>;
  fetchClosedOrders(...list: CcxtListWords): Promise<CcxtRecord[]>;
  fetchCanceledOrders(...list: CcxtListWords): Promise<CcxtRecord[]>;
  fetchMyTrades(...list: CcxtListWords): Promise<CcxtRecord[]>;
  fetchBalance(): Promise<CcxtRecord>;
  fetchTime(): Promise<unknown>;
  fetchTickers(symbols: readonly string[]): Promise<Readonly<Record<string, CcxtRecord>>>;
  fetchOHLCV(symbol: string, timeframe: string, ...page: [number, number, CcxtRecord]): Promise<unknown[][]>;
  request(path: string, api: readonly string[], method: string, params: CcxtRecord): Promise<unknown>;
  parseOrder(order: unknown): CcxtRecord;
  close(): Promise<void>;
}

/** ccxt's words for an order: symbol, type, side, amount, price. */
export type CcxtOrderWords = [string, string, string, string | undefined, string | undefined];
/** ccxt's words for a list: symbol, since in milliseconds, limit, and what only the exchange knows. */
export type CcxtListWords = [string | undefined, number | undefined, number | undefined, CcxtRecord];

/** Which exchange, what opens it and where it is; addresses are by ccxt's own names for them, and its own where left out. */
export interface CcxtExchangeOptions {
  exchange: string;
  keys: VenueKeys;
  urls?: Readonly<Record<string, unknown>>;
  /** The account's requests a minute; ccxt's own figure for the exchange where left out. */
  requestsPerMinute?: number;
}

type ExchangeClass = new (
  settings: object,
) => CcxtExchange & CcxtHooks & { urls: { api: unknown }; parseJson(text: string): unknown; quoteJsonNumbers: boolean };

/** ccxt refuses a list of everything that an exchange counts as many requests, unless it is told that it is meant. */
const ASKED_ON_PURPOSE = { fetchOpenOrders: { warnWithoutSymbol: false }, warnOnFetchOpenOrdersWithoutSymbol: false };
const MINUTE_MS = 60_000;
const EXCHANGE_NAME = /^[a-z][a-z0-9]*$/;

/**
 * Loads ccxt (half a second and 117 MB, so only where it is used) and opens an exchange of it, within the budget that
 * `budgetOf` makes of its requests a minute; throws VenueRejected for a name that ccxt does not have.
 */
export async function openCcxtExchange(
  options: CcxtExchangeOptions,
  budgetOf: (requestsPerMinute: number) => RequestBudget,
): Promise<{ exchange: CcxtExchange; budget: RequestBudget }> {
  const Exchange = await exchangeClass(options.exchange);
  const { keyId: apiKey, secret } = options.keys;
  const exchange = new Exchange({ apiKey, secret, number: String, options: ASKED_ON_PURPOSE });
  if (options.urls) exchange.urls.api = { ...(exchange.urls.api as object), ...options.urls };
  if (exchange.quoteJsonNumbers) exchange.parseJson = parseOrNothing;
  const budget = budgetOf(options.requestsPerMinute ?? MINUTE_MS / exchange.rateLimit);
  attach(exchange, budget);
  return { exchange, budget };
}

async function exchangeClass(name: string): Promise<ExchangeClass> {
  const { default: ccxt } = await import('ccxt');
  const names: readonly string[] = ccxt.exchanges as unknown as string[];
  if (!EXCHANGE_NAME.test(name) || !names.includes(name)) {
    throw new VenueRejected('exchange-not-known', `ccxt has no exchange "${name}"`);
  }
  return (ccxt as unknown as Record<string, ExchangeClass>)[name] as ExchangeClass;
}

/** Numbers stay the strings of their digits; ccxt reads them as floats, and what is not JSON as nothing. */
function parseOrNothing(text: string): unknown {
  try {
    return parseLossless(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
