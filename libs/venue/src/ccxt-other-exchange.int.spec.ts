import { decimal } from '@ballast/money';
import { AccountBudgets, CcxtVenue, VenueKeys, VenueOutcomeUnknown } from './index.js';
import { BinanceStub } from './testing/binance-stub.js';

const SECRET = 'stub-secret';
const SYMBOL = 'BTC/USD';
/** As long as our orders' names are. */
const KEY = 'AZ0_x-'.padEnd(36, 'k');

describe('ccxt’s adapter at an exchange whose wire is another one', () => {
  let stub: BinanceStub;
  let venue: CcxtVenue;
  beforeAll(async () => {
    stub = await BinanceStub.open(SECRET);
    venue = await open();
  });
  afterAll(() => stub.close());

  const open = () =>
    CcxtVenue.open({
      exchange: 'binanceus',
      keys: new VenueKeys('stub-key', SECRET),
      urls: stub.urls,
      symbols: [SYMBOL],
      feeRate: decimal('0.001'),
      budgets: new AccountBudgets(),
    });

  const buy = (brokerKey: string) =>
    venue.submit({
      ...{ brokerKey, symbol: SYMBOL, side: 'buy', type: 'limit', timeInForce: 'gtc' },
      ...{ quantity: decimal('1.5'), limitPrice: decimal('100.01') },
    });

  it('sends an order in its words, and finds it by our key and by its own', async () => {
    const order = await buy(KEY);
    expect(order).toMatchObject({ brokerKey: KEY, symbol: SYMBOL, side: 'buy', status: 'open', type: 'limit' });
    const wire = stub.orders.get(Number(order.venueOrderId));
    expect(wire).toMatchObject({
      clientOrderId: KEY,
      price: '100.01',
      origQty: '1.5',
      side: 'BUY',
      timeInForce: 'GTC',
    });
    expect(await venue.lookup(KEY)).toMatchObject({ venueOrderId: order.venueOrderId, status: 'open' });
    expect(await venue.find(order.venueOrderId)).toMatchObject({ brokerKey: KEY });
    expect((await venue.openOrders()).map(({ brokerKey }) => brokerKey)).toContain(KEY);
    expect(await venue.lookup('key-of-nobody')).toBeUndefined();
  });

  it('tells the fills of an order with what it had filled up to each, and its fee', async () => {
    const since = new Date(Date.now() - 1_000);
    const { venueOrderId } = await buy('key-filled');
    stub.fill(Number(venueOrderId), '0.5', '100', '0.5');
    expect(await venue.lookup('key-filled')).toMatchObject({ status: 'partially-filled' });
    stub.fill(Number(venueOrderId), '1', '99.99', '1.5');
    const fills = (await venue.executionsSince(since)).filter((fill) => fill.venueOrderId === venueOrderId);
    expect(
      fills.map(({ quantity, price, cumulativeQuantity, fee }) =>
        [quantity, price, cumulativeQuantity, fee].map((value) => value?.toFixed()),
      ),
    ).toEqual([
      ['0.5', '100', '0.5', '0.1'],
      ['1', '99.99', '1.5', '0.1'],
    ]);
    expect(await venue.lookup('key-filled')).toMatchObject({ status: 'filled', filledQuantity: decimal('1.5') });
  });

  it('cancels an order, which is found as cancelled and not taken for one that never was', async () => {
    const { venueOrderId } = await buy('key-cancelled');
    expect(await venue.cancel(venueOrderId)).toBe('accepted');
    expect(await venue.lookup('key-cancelled')).toMatchObject({ venueOrderId, status: 'cancelled' });
    expect(await venue.cancel(venueOrderId)).toBe('already-terminal');
    expect(await venue.cancel('4711')).toBe('not-found');
  });

  it('finds an order and its fills after a restart, which remembers no symbol of any order', async () => {
    const { venueOrderId } = await buy('key-before');
    stub.fill(Number(venueOrderId), '1.5', '100', '1.5');
    const restarted = await open();
    expect(await restarted.find(venueOrderId)).toMatchObject({ brokerKey: 'key-before', status: 'filled' });
    const fills = await (await open()).executionsSince(new Date(0));
    expect(fills.find((fill) => fill.venueOrderId === venueOrderId)).toMatchObject({ quantity: decimal('1.5') });
  });

  it('does not know what became of an order whose answer is lost, until it looks it up', async () => {
    stub.losesNextAnswer = true;
    await expect(buy('key-lost')).rejects.toBeInstanceOf(VenueOutcomeUnknown);
    expect(await venue.lookup('key-lost')).toMatchObject({ status: 'open', filledQuantity: decimal('0') });
  });
});
