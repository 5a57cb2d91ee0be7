import { isDuplicate } from './alpaca-reply.js';
import type { CcxtRecord } from './ccxt-exchange.js';
import type { Reply } from './venue-http.js';

/** What the adapter has to know of an exchange that ccxt does not say in its own words. */
export interface CcxtQuirks {
  /** Where an order is looked up by its client order id; without it open and recent orders are searched. */
  lookup?: { path: string; api: readonly string[]; parameter: string };
  /** How fills are paged: rows of a page, and how the page after a row is asked for. */
  fills?: { pageMax: number; after(lastTradeId: string | undefined): CcxtRecord };
  /** How open orders are paged. */
  openOrders?: { pageMax: number };
  /** Whether an edited order's amount is its whole, what has filled included; without this orders are not replaced. */
  replacesWhole?: boolean;
  /** Whether a client order id can be used once only, for ever. */
  uniqueKeys?: boolean;
  /** Characters of the longest client order id that it takes. */
  brokerKeyCharsMax?: number;
  /** Whether an answer says that a client order id was used before, where ccxt does not say so. */
  isDuplicate?(reply: Reply): boolean;
}

const QUIRKS: Readonly<Record<string, CcxtQuirks>> = {
  alpaca: {
    lookup: { path: 'v2/orders:by_client_order_id', api: ['trader', 'private'], parameter: 'client_order_id' },
    fills: {
      pageMax: 100,
      after: (lastTradeId) => ({ direction: 'asc', ...(lastTradeId === undefined ? {} : { page_token: lastTradeId }) }),
    },
    openOrders: { pageMax: 500 },
    replacesWhole: true,
    uniqueKeys: true,
    brokerKeyCharsMax: 128,
    isDuplicate,
  },
  binance: { brokerKeyCharsMax: 36 },
  binanceus: { brokerKeyCharsMax: 36 },
  okx: { brokerKeyCharsMax: 32 },
  gate: { brokerKeyCharsMax: 28 },
  kraken: { brokerKeyCharsMax: 18 },
};

/** What is known of an exchange; nothing of most. */
export function quirksOf(exchange: string): CcxtQuirks {
  return QUIRKS[exchange] ?? {};
}
