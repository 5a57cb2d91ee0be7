import { Decimal } from '@ballast/money';
import type {
  VenueAccount,
  VenueAsset,
  VenueBar,
  VenueClock,
  VenuePosition,
  VenueQuote,
  VenueTimeframe,
} from './venue-market.js';
import {
  UnreadableReply,
  decimalOf,
  fieldsOf,
  listOf,
  momentOf,
  optionalDecimalOf,
  optionalTextOf,
  textOf,
} from './wire-fields.js';

const FRACTIONAL_SCALE = 9;
const EQUITY_PRICE_INCREMENT = '0.01';

/** The venue's words for the lengths of a bar. */
export const ALPACA_TIMEFRAME: Readonly<Record<VenueTimeframe, string>> = {
  '1m': '1Min',
  '5m': '5Min',
  '15m': '15Min',
  '1h': '1Hour',
  '1d': '1Day',
};

/** Reads an asset; where Alpaca names no increments, shares are in cents and whole or in nine decimals. Throws UnreadableReply. */
export function readAsset(value: unknown): VenueAsset {
  const fields = fieldsOf(value, 'asset');
  const increment = optionalDecimalOf(fields, 'min_trade_increment');
  const quantityScale = increment?.decimalPlaces() ?? (fields['fractionable'] === true ? FRACTIONAL_SCALE : 0);
  return {
    symbol: textOf(fields, 'symbol'),
    tradable: fields['tradable'] === true && fields['status'] === 'active',
    quantityScale,
    priceIncrement: optionalDecimalOf(fields, 'price_increment') ?? new Decimal(EQUITY_PRICE_INCREMENT),
    quantityMin: optionalDecimalOf(fields, 'min_order_size') ?? new Decimal(10).pow(-quantityScale),
    assetClass: assetClassOf(textOf(fields, 'class')),
    name: optionalTextOf(fields, 'name') ?? '',
    ...(typeof fields['shortable'] === 'boolean' ? { shortable: fields['shortable'] } : {}),
  };
}

/** Reads a latest quote; throws UnreadableReply. */
export function readQuote(symbol: string, value: unknown): VenueQuote {
  const fields = fieldsOf(value, 'quote');
  return { symbol, bid: decimalOf(fields, 'bp'), ask: decimalOf(fields, 'ap'), at: momentOf(fields, 't') };
}

/** Reads a message of the market data stream: its quotes, undefined where it is of another kind. Throws UnreadableReply. */
export function readStreamedQuote(value: unknown): VenueQuote | undefined {
  const fields = fieldsOf(value, 'stream message');
  return fields['T'] === 'q' ? readQuote(textOf(fields, 'S'), fields) : undefined;
}

/** Reads a page of bars of one symbol and the token of the next; throws UnreadableReply. */
export function readBars(symbol: string, value: unknown): { bars: VenueBar[]; nextPage: string | undefined } {
  const page = fieldsOf(value, 'bars');
  const rows = fieldsOf(page['bars'] ?? {}, 'bars')[symbol] ?? [];
  return { bars: listOf(rows, 'bars').map(readBar), nextPage: optionalTextOf(page, 'next_page_token') };
}

/** Reads a position; throws UnreadableReply. */
export function readPosition(value: unknown): VenuePosition {
  const fields = fieldsOf(value, 'position');
  const side = textOf(fields, 'side');
  if (side !== 'long' && side !== 'short') throw new UnreadableReply(`position side ${side}`);
  const size = decimalOf(fields, 'qty').abs();
  return {
    symbol: textOf(fields, 'symbol'),
    quantity: side === 'short' ? size.negated() : size,
    averagePrice: optionalDecimalOf(fields, 'avg_entry_price'),
  };
}

/** Reads the account; throws UnreadableReply. */
export function readAccount(value: unknown): VenueAccount {
  const fields = fieldsOf(value, 'account');
  return {
    currency: textOf(fields, 'currency'),
    cash: decimalOf(fields, 'cash'),
    buyingPower: decimalOf(fields, 'buying_power'),
    equity: optionalDecimalOf(fields, 'equity'),
  };
}

/** Reads the clock; throws UnreadableReply. */
export function readClock(value: unknown): VenueClock {
  const fields = fieldsOf(value, 'clock');
  return { at: momentOf(fields, 'timestamp'), isOpen: fields['is_open'] === true };
}

function readBar(value: unknown): VenueBar {
  const fields = fieldsOf(value, 'bar');
  return {
    at: momentOf(fields, 't'),
    open: decimalOf(fields, 'o'),
    high: decimalOf(fields, 'h'),
    low: decimalOf(fields, 'l'),
    close: decimalOf(fields, 'c'),
    volume: decimalOf(fields, 'v'),
  };
}

function assetClassOf(text: string): VenueAsset['assetClass'] {
  if (text === 'crypto') return 'crypto';
  return text === 'us_index' ? 'index' : 'equity';
}
