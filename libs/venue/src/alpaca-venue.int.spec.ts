import { decimal } from '@ballast/money';
import { VenueKeys, type AlpacaVenue } from './index.js';
import { PaperBench, UpdateLog } from './testing/paper-bench.js';

let bench: PaperBench;
let venue: AlpacaVenue;

beforeAll(async () => {
  bench = await PaperBench.open();
  venue = bench.alpaca();
});

beforeEach(() => bench.ticks({ bid: '99', ask: '100', volume: '0' }));

afterEach(async () => {
  for (const { venueOrderId } of await venue.openOrders()) await venue.cancel(venueOrderId);
});

afterAll(() => bench.close());

describe("Alpaca's own", () => {
  it('shares are listed beside pairs', async () => {
    const assets = new Map((await venue.assets()).map((asset) => [asset.symbol, asset]));
    expect(assets.get('AAPL')).toMatchObject({ assetClass: 'equity', tradable: true, priceIncrement: decimal('0.01') });
    expect(assets.get('SPX')).toMatchObject({ assetClass: 'index', quantityScale: 9 });
    const quotes = await venue.quotes(['BTC/USD', 'SPX', 'NOPE']);
    expect(quotes.map(({ symbol }) => symbol).sort()).toEqual(['BTC/USD', 'SPX']);
  });

  it('address takes no order that may only rest: it is refused before it is sent', async () => {
    const own = bench.alpaca({ postOnly: false });
    expect(own.capabilities.postOnly).toBeUndefined();
    const request = bench.order({ limitPrice: decimal('98'), postOnly: true });
    await expect(own.submit(request)).rejects.toMatchObject({ code: 'post-only-not-offered' });
    await expect(own.lookup(request.brokerKey)).resolves.toBeUndefined();
  });

  it('stream tells the life of an order in order, with the fee of each execution', async () => {
    await bench.ticks({ bid: '99', ask: '100', volume: '4' });
    const log = new UpdateLog(venue);
    await log.connected();
    const { venueOrderId, brokerKey } = await venue.submit(bench.order());
    await venue.cancel(venueOrderId);
    await log.heard(brokerKey, 'cancelled');
    await log.stream.close();
    expect(log.kindsOf(brokerKey)).toEqual(['opened', 'executed', 'cancelled']);
    expect(log.updates[1]).toMatchObject({
      order: { status: 'partially-filled', brokerKey },
      execution: { brokerKey, quantity: decimal('4'), cumulativeQuantity: decimal('4'), fee: decimal('0.4') },
    });
  });

  it('stream says that it does not know our keys', async () => {
    const stranger = bench.alpaca({ keys: new VenueKeys('x', 'y') });
    const connecting = new Promise<Error | undefined>((resolve) => {
      const stream = stranger.stream({
        onConnected: () => Promise.resolve(),
        onUpdate: () => Promise.resolve(),
        onDisconnected: (cause) => void stream.close().then(() => resolve(cause)),
      });
    });
    await expect(connecting).resolves.toMatchObject({ message: expect.stringContaining('keys') });
  });
});
