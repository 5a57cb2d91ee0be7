import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Decimal } from '@ballast/money';
import { bridgeBars, syntheticAnchors, type Bar, type Series } from '../domain/bars.js';

const STOCKS = ['AAPL', 'AMZN', 'GOOG', 'IBM', 'MSFT'] as const;
/** Trading days between two monthly closes. */
const BARS_PER_MONTH = 21;
/** Index volume is in shares of its members: so many of them are one unit of the index here. */
const INDEX_SHARES_PER_UNIT = 1_000_000;
const STOCK_SHAPE = { barsPerAnchor: BARS_PER_MONTH, stepPerMilleMax: 15, volumeMin: 2_000, volumeMax: 8_000 };
const BITCOIN_SHAPE = { barsPerAnchor: BARS_PER_MONTH, stepPerMilleMax: 25, volumeMin: 20_000, volumeMax: 200_000 };
const BITCOIN_ANCHORS = { min: 3_000_000, max: 9_000_000, count: 48 };

/** Every series the venue replays; the same seed gives the same series. Throws when the price history is not installed. */
export function loadHistory(seed: string): Series[] {
  const folder = historyFolder();
  const monthly = readRows(join(folder, 'stocks.csv'));
  return [
    { symbol: 'SPX', bars: readRows(join(folder, 'sp500-2000.csv')).map(indexBar), volumeUnit: '1' },
    ...STOCKS.map((symbol) => ({
      symbol,
      bars: bridgeBars(
        monthly.flatMap(([rowSymbol, , price]) => (rowSymbol === symbol ? [cents(price)] : [])),
        { ...STOCK_SHAPE, seed: `${seed}:${symbol}` },
      ),
      volumeUnit: '1',
    })),
    {
      symbol: 'BTC/USD',
      bars: bridgeBars(syntheticAnchors(`${seed}:BTC/USD`, BITCOIN_ANCHORS), {
        ...BITCOIN_SHAPE,
        seed: `${seed}:BTC/USD`,
      }),
      volumeUnit: '0.0001',
    },
  ];
}

function historyFolder(): string {
  for (const from of [process.argv[1], join(process.cwd(), 'start.js')]) {
    if (from === undefined) continue;
    try {
      return join(dirname(createRequire(from).resolve('vega-datasets')), '..', 'data');
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
  throw new Error(
    'The paper venue replays the price history of the package vega-datasets, which is not installed: run npm ci.',
  );
}

function readRows(file: string): string[][] {
  const lines = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  return lines.slice(1).map((line) => line.split(','));
}

function indexBar([, open, high, low, close, , volume]: string[]): Bar {
  return {
    open: cents(open),
    high: cents(high),
    low: cents(low),
    close: cents(close),
    volume: new Decimal(volume ?? '').divToInt(INDEX_SHARES_PER_UNIT).toNumber(),
  };
}

function cents(price: string | undefined): number {
  return new Decimal(price ?? '').times(100).toDecimalPlaces(0).toNumber();
}
