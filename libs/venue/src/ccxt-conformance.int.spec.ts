import { decimal } from '@ballast/money';
import { AccountBudgets, CcxtVenue, VenueKeys } from './index.js';
import { venueConformance } from './testing/venue-conformance.js';

const NO_WORD = 'ccxt has no common word for it';

venueConformance("ccxt's adapter", {
  open: (bench, adapter) => bench.ccxt(adapter),
  streamFault: { kind: 'server-error', status: 500, operation: 'orders' },
  lacks: {
    'stop orders': 'ccxt refuses a stop without a limit at this exchange',
    'trailing-stop orders': NO_WORD,
    'market-if-touched orders': NO_WORD,
    'day orders': NO_WORD,
    'fok orders': 'the exchange has none for pairs',
    'gtd orders': NO_WORD,
    'bracket orders': NO_WORD,
    'oco orders': NO_WORD,
    'oto orders': NO_WORD,
    'orders by notional': 'what ccxt means by it differs from exchange to exchange',
    'post-only orders': 'the exchange has none',
    'short sales': 'pairs are bought and sold for cash',
    'extended hours': 'pairs trade at all hours',
    'quotes that come by themselves': 'quotes are asked for again and again',
  },
});

describe('the exchanges of ccxt', () => {
  it('open by their names, all with limit orders until cancelled, and no other name does', async () => {
    const { default: ccxt } = await import('ccxt');
    const names = ccxt.exchanges as unknown as string[];
    expect(names.length).toBeGreaterThan(100);
    const options = { keys: new VenueKeys('key', 'secret'), feeRate: decimal('0.001'), budgets: new AccountBudgets() };
    const restingOnly: string[] = [];
    const keyChars: Record<string, number> = {};
    for (const exchange of names) {
      const { capabilities } = await CcxtVenue.open({ exchange, ...options });
      expect([exchange, ...capabilities.orderTypes]).toEqual(expect.arrayContaining([exchange, 'limit']));
      expect(capabilities.timesInForce).toContain('gtc');
      if (capabilities.postOnly === true) restingOnly.push(exchange);
      if (capabilities.brokerKeyCharsMax !== undefined) keyChars[exchange] = capabilities.brokerKeyCharsMax;
    }
    expect(restingOnly).toEqual(expect.arrayContaining(['binance', 'coinbase', 'kraken', 'okx']));
    expect(restingOnly).not.toContain('alpaca');
    expect(keyChars).toMatchObject({ alpaca: 128, binance: 36, okx: 32, kraken: 18 });
    for (const exchange of ['nowhere', 'Exchange', '__proto__', 'pro']) {
      await expect(CcxtVenue.open({ exchange, ...options })).rejects.toMatchObject({ code: 'exchange-not-known' });
    }
  });
});
