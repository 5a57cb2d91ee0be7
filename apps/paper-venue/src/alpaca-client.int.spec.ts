import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Alpaca, trading } from '@alpacahq/alpaca-trade-api';
import { startPaperVenue, type PaperVenue } from './index.js';

/** The official client knows no other address than Alpaca's, so its requests are sent on to ours. */
function redirectTo(url: string): typeof fetch {
  return (input, init) => {
    const asked = new URL(String(input));
    return fetch(`${url}${asked.pathname}${asked.search}`, init);
  };
}

describe("Alpaca's own client", () => {
  let dataDir: string;
  let venue: PaperVenue;
  let alpaca: Alpaca;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'paper-venue-'));
    venue = await startPaperVenue({ dataDir, control: true });
    const { keyId, secret, url } = venue;
    alpaca = new Alpaca({ keyId, secret, timeoutMs: 0, retry: false, rateLimit: false, fetchApi: redirectTo(url) });
    await fetch(`${url}/control/ticks`, {
      method: 'POST',
      headers: { 'apca-api-key-id': keyId, 'apca-api-secret-key': secret },
      body: JSON.stringify({ ticks: [{ symbol: 'AAPL', bid: '99.50', ask: '100', volume: '4' }] }),
    });
  });

  afterAll(async () => {
    await venue.close();
    rmSync(dataDir, { recursive: true });
  });

  it('places, reads and cancels an order and receives its updates', async () => {
    const stream = alpaca.trading.stream({ url: `${venue.url.replace('http', 'ws')}/stream`, reconnect: false });
    const events: { event: string; price?: string; qty?: string }[] = [];
    const canceled = new Promise<void>((resolve, reject) => {
      stream.onError((error) => reject(new Error(String(error))));
      stream.onTradeUpdate((update) => {
        events.push({ event: update.event, price: update.price, qty: update.qty });
        if (update.event === 'canceled') resolve();
      });
    });
    const listening = new Promise<void>((resolve) => stream.on('subscription', () => resolve()));
    stream.onConnect(() => stream.subscribeTradeUpdates());
    stream.connect();
    await listening;

    const placed = await alpaca.trading.orders.limit({
      symbol: 'AAPL',
      qty: '10',
      side: 'buy',
      limitPrice: '101',
      timeInForce: 'gtc',
      clientOrderId: 'official-1',
    });
    expect(placed).toMatchObject({
      status: 'partially_filled',
      filledQty: '4',
      filledAvgPrice: '100',
      limitPrice: '101',
    });

    const orders = new trading.OrdersApi(
      new trading.Configuration({
        keyId: venue.keyId,
        secret: venue.secret,
        timeoutMs: 0,
        fetchApi: redirectTo(venue.url),
      }),
    );
    const read = await orders.getOrderByClientOrderId({ clientOrderId: 'official-1' });
    expect(read.id).toBe(placed.id);
    await orders.deleteOrderByOrderID({ orderId: placed.id ?? '' });
    await canceled;
    expect(events).toEqual([
      { event: 'new', price: undefined, qty: undefined },
      { event: 'partial_fill', price: '100', qty: '4' },
      { event: 'canceled', price: undefined, qty: undefined },
    ]);
    stream.disconnect();
  });

  it('reads the account, positions, assets, the clock, fills and quotes', async () => {
    await expect(alpaca.trading.account.getAccount()).resolves.toMatchObject({ cash: '99999599.6', status: 'ACTIVE' });
    await expect(alpaca.trading.positions.getAllOpenPositions()).resolves.toMatchObject([{ symbol: 'AAPL', qty: '4' }]);
    const assets = await alpaca.trading.assets.getV2Assets();
    expect(assets.find(({ symbol }) => symbol === 'BTC/USD')?.name).toContain('synthetic');
    await expect(alpaca.trading.clock.legacyClock()).resolves.toMatchObject({ isOpen: true });
    const fills = await alpaca.trading.accountActivities.getAccountActivities({ activityTypes: ['FILL'] });
    expect(fills).toMatchObject([{ qty: '4', price: '100', symbol: 'AAPL' }]);
    const { quotes } = await alpaca.marketData.stocks.stockLatestQuotes({ symbols: 'AAPL,SPX' });
    expect(quotes['AAPL']).toMatchObject({ ap: 100, bp: 99.5 });
    expect(quotes['SPX']?.ap).toBeGreaterThan(0);
  });
});
