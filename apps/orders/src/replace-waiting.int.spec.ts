import { brokerKeyOf } from '@ballast/contracts';
import type { OrderReplacedV1, OrderView } from '@ballast/contracts/orders';
import { Market } from './adapters/market.js';
import { TriggerOrders } from './trigger-orders.js';
import { Bench, until } from './testing/bench.js';
import type { TestProfile } from './testing/bench.js';
import { restartedFrom } from './testing/restarted-triggers.js';
import { ASKED, REJECTED, TAKEN } from './testing/watched-replacements.js';

const TOUCH = { type: 'market-if-touched', limitPrice: undefined, timeInForce: 'gtc', triggeredHere: true };

describe('other terms of an order that waits here', () => {
  let bench: Bench;
  let profile: TestProfile;
  beforeAll(async () => {
    bench = await Bench.start();
  });
  beforeEach(async () => {
    profile = await bench.openProfile();
  });
  afterEach(() => priceIs('100'));
  afterAll(() => bench.close());

  async function priceIs(ask: string): Promise<void> {
    bench.venue.ask = ask;
    const market = bench.orders.app.get(Market, { strict: false });
    await until('the price is seen', async () => (await market.symbolFacts('AAPL'))?.ask.toFixed() === ask);
  }
  const viewOf = ({ orderId }: OrderView): Promise<OrderView> => bench.order(profile, orderId);
  const reaches = (order: OrderView, state: string): Promise<void> =>
    until(`it is ${state}`, async () => (await viewOf(order)).state === state);
  const look = (): Promise<void> => bench.orders.app.get(TriggerOrders, { strict: false }).execute();
  /** A purchase of ten that waits for the price to fall to 95, its capital held. */
  const waiting = async (changes: object = {}): Promise<OrderView> => {
    const { body } = await bench.place(profile, { ...TOUCH, stopPrice: '95', ...changes });
    await bench.hold(body);
    await reaches(body, 'accepted');
    return body;
  };

  it('that cost no more are its terms at once, also for a replica that knows the old ones', async () => {
    const order = await waiting();
    const other = restartedFrom(bench.orders);
    await other.discover();
    const { status, body } = await bench.replace(profile, order, { stopPrice: '94' });
    expect([status, body]).toMatchObject([202, { stopPrice: '94', pendingReplace: false, state: 'accepted' }]);
    await until('it is told', () => bench.typesOf(order.orderId).includes(TAKEN));
    const told = bench.published(order.orderId).find(({ type }) => type === TAKEN)?.data as OrderReplacedV1;
    // 10 at 98.70, the collar of 94, and 0.1 % of that.
    expect(told).toMatchObject({ revision: 1, boundPrice: '98.7', holdUnits: '98799' });
    expect(told).not.toHaveProperty('venueOrderId');
    await priceIs('94.5');
    await other.execute();
    await look();
    expect([(await viewOf(order)).state, other.stopOf(order.orderId)?.toFixed()]).toEqual(['accepted', '94']);
  });

  it('that cost more wait for their capital, and it goes to the broker under the name of its terms', async () => {
    const order = await waiting();
    await bench.replace(profile, order, { stopPrice: '96', quantity: '12' });
    expect(await viewOf(order)).toMatchObject({ stopPrice: '95', quantity: '10', pendingReplace: true });
    await bench.hold({ ...order, revision: 1 });
    await until('it has them', async () => (await viewOf(order)).stopPrice === '96');
    expect(await viewOf(order)).toMatchObject({ state: 'accepted', quantity: '12', pendingReplace: false });
    bench.venue.ask = '96';
    await reaches(order, 'open');
    const brokerKey = brokerKeyOf(order.orderId, 1);
    expect(bench.venue.received.at(-1)).toMatchObject({ brokerKey, type: 'limit' });
    await bench.venue.execute(brokerKey, '12', '96');
    await reaches(order, 'filled');
  });

  it('are given up where the market is faster than the capital, and where it is cancelled', async () => {
    const fast = await waiting();
    await bench.replace(profile, fast, { stopPrice: '96' });
    bench.venue.ask = '94.9';
    await reaches(fast, 'open');
    await until('it is told', () => bench.typesOf(fast.orderId).includes('order.opened.v1'));
    expect(bench.typesOf(fast.orderId).slice(1, 4)).toEqual([ASKED, REJECTED, 'order.triggered.v1']);
    await bench.hold({ ...fast, revision: 1 });
    await bench.venue.end(brokerKeyOf(fast.orderId, 0), 'cancelled');
    await reaches(fast, 'cancelled');
    await priceIs('100');
    const cancelled = await waiting();
    await bench.replace(profile, cancelled, { stopPrice: '96' });
    await bench.ask(profile, 'DELETE', `/v1/orders/${cancelled.orderId}`);
    await reaches(cancelled, 'cancelled');
    await until('it is told', () => bench.typesOf(cancelled.orderId).includes('order.ended.v1'));
    expect(bench.typesOf(cancelled.orderId).slice(1)).toEqual([ASKED, REJECTED, 'order.ended.v1']);
  });

  it('make a stop that trails begin anew from the market of then, and only where it is to trail otherwise', async () => {
    const trailing = { type: 'trailing-stop', trailPrice: '10', stopPrice: undefined };
    const order = await waiting(trailing);
    expect(await viewOf(order)).toMatchObject({ stopPrice: '110' });
    expect((await bench.replace(profile, order, { quantity: '9' })).body).toMatchObject({
      quantity: '9',
      stopPrice: '110',
    });
    expect((await bench.replace(profile, order, { trailPrice: '8' })).body).toMatchObject({ stopPrice: '108' });
    const named = await bench.replace(profile, order, { stopPrice: '107' });
    expect([named.status, named.body.errors?.[0]?.pointer]).toEqual([400, '/stopPrice']);
  });
});
