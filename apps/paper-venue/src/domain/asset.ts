import { createHash } from 'node:crypto';
import { Decimal } from '@ballast/money';

/** Something that can be traded here; increments and minimum are decimals, `id` is the same in every installation. */
export interface Asset {
  id: string;
  symbol: string;
  name: string;
  class: 'us_equity' | 'us_index' | 'crypto';
  exchange: string;
  priceIncrement: Decimal;
  quantityIncrement: Decimal;
  quantityMin: Decimal;
}

const PRICE_INCREMENT = new Decimal('0.01');
const QUANTITY_INCREMENT = new Decimal('0.000000001');
const CRYPTO_QUANTITY_MIN = new Decimal('0.0001');
const REPLAYED = 'replayed monthly closes 2000-2010, bars between and volumes synthesised';

const equity = (symbol: string, name: string, exchange: string): Asset => ({
  id: assetId(symbol),
  symbol,
  name: `${name} (${REPLAYED})`,
  class: 'us_equity',
  exchange,
  priceIncrement: PRICE_INCREMENT,
  quantityIncrement: QUANTITY_INCREMENT,
  quantityMin: QUANTITY_INCREMENT,
});

/** Every asset of the venue by its symbol. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map(
  [
    equity('AAPL', 'Apple Inc.', 'NASDAQ'),
    equity('AMZN', 'Amazon.com, Inc.', 'NASDAQ'),
    equity('GOOG', 'Google Inc.', 'NASDAQ'),
    equity('IBM', 'International Business Machines Corp.', 'NYSE'),
    equity('MSFT', 'Microsoft Corp.', 'NASDAQ'),
    {
      ...equity('SPX', '', 'ARCA'),
      name: 'S&P 500 index (replayed daily history from 2000; an index, so a paper instrument only)',
      class: 'us_index' as const,
    },
    {
      ...equity('BTC/USD', '', 'CRYPTO'),
      name: 'Bitcoin / US dollar (synthetic prices, not market history)',
      class: 'crypto' as const,
      quantityMin: CRYPTO_QUANTITY_MIN,
    },
  ].map((asset) => [asset.symbol, asset]),
);

/** The asset of a symbol; a pair may be written without its slash. */
export function assetOf(symbol: string): Asset | undefined {
  return ASSETS.get(symbol) ?? [...ASSETS.values()].find((asset) => asset.symbol.replace('/', '') === symbol);
}

function assetId(symbol: string): string {
  const hex = createHash('sha256').update(`paper-venue asset ${symbol}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
