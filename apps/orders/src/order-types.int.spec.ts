import { ExpireOrders } from './expire-orders.js';
import { Bench, until } from './testing/bench.js';
import type { TestProfile } from './testing/bench.js';

const HOUR_MS = 3_600_000;

describe('types and times of orders', () => {
  let bench: Bench;
  let profile: TestProfile;
  beforeAll(async () => {
    bench = await Bench.start();
  });
  beforeEach(async () => {
    profile = await bench.openProfile();
  });
  afterEach(() => bench.clock.set(undefined));
  afterAll(() => bench.close());

  const stateOf = async (orderId: string) => (await bench.order(profile, orderId)).state;
  const expire = () => bench.orders.app.get(ExpireOrders, { strict: false }).execute();
  const datedOrder = (expiresAt: number) => ({
    timeInForce: 'gtd',
    limitPrice: '99',
    expiresAt: new Date(expiresAt).toISOString(),
  });

  it('sends a stop to buy with a limit at the collar, and holds what that costs', async () => {
    const order = await bench.resting(profile, { type: 'stop', limitPrice: undefined, stopPrice: '110' });
    expect(bench.venue.received.at(-1)).toMatchObject({ type: 'stop-limit' });
    expect(bench.venue.received.at(-1)?.limitPrice?.toFixed()).toBe('115.5');
    expect(bench.published(order.orderId)[0]?.data).toMatchObject({ stopPrice: '110', holdUnits: '115616' });
    expect(await bench.order(profile, order.orderId)).toMatchObject({ type: 'stop', stopPrice: '110', quantity: '10' });
  });

  it('trades for money in place of a quantity', async () => {
    const { status, body } = await bench.place(profile, { quantity: undefined, limitPrice: '99', notional: '500' });
    expect([status, body.quantity, body['notional']]).toEqual([202, '5', '500']);
  });

  it('refuses a type that the broker lacks before anything is sent', async () => {
    const sent = bench.venue.received.length;
    const { status, body } = await bench.place(profile, {
      side: 'sell',
      type: 'market-if-touched',
      limitPrice: undefined,
      stopPrice: '120',
    });
    expect([status, body.code, body.value]).toEqual([422, 'order-type-not-offered', 'market-if-touched']);
    await until('the refusal is published', () => bench.typesOf(body.orderId).includes('order.refused.v1'));
    expect(bench.venue.received).toHaveLength(sent);
  });

  it('answers 400 with every field that contradicts the type', async () => {
    const { status, body } = await bench.place(profile, { type: 'stop-limit', limitPrice: undefined });
    expect([status, body.errors?.map(({ pointer }) => pointer)]).toEqual([400, ['/limitPrice', '/stopPrice']]);
  });

  it('ends a resting order at its date, not a millisecond before, by the broker’s word', async () => {
    const expiresAt = Date.now() + HOUR_MS;
    const order = await bench.resting(profile, datedOrder(expiresAt));
    expect(bench.venue.received.at(-1)).toMatchObject({ timeInForce: 'gtc' });
    const asked = bench.venue.cancelled.length;
    bench.clock.set(expiresAt - 1);
    await expire();
    expect(bench.venue.cancelled).toHaveLength(asked);
    bench.clock.set(expiresAt);
    await expire();
    await until('the broker is asked', () => bench.venue.cancelled.length === asked + 1);
    await bench.venue.end(order.brokerKey, 'cancelled');
    bench.clock.set(undefined);
    await until('it has ended', async () => (await stateOf(order.orderId)) === 'expired');
    await until('that is told', () => bench.typesOf(order.orderId).includes('order.ended.v1'));
    expect(bench.published(order.orderId).at(-1)?.data).toMatchObject({ state: 'expired' });
  });

  it('ends an order at its date that still waits for its capital, at once', async () => {
    const expiresAt = Date.now() + HOUR_MS;
    const { body } = await bench.place(profile, datedOrder(expiresAt));
    bench.clock.set(expiresAt);
    await expire();
    bench.clock.set(undefined);
    expect(await stateOf(body.orderId)).toBe('expired');
  });

  it('ends the orders that another replica placed', async () => {
    const replica = await bench.startReplica();
    const expiresAt = Date.now() + HOUR_MS;
    const { body } = await bench.place(profile, datedOrder(expiresAt));
    const other = replica.app.get(ExpireOrders, { strict: false });
    await other.discover();
    bench.clock.set(expiresAt);
    await other.execute();
    bench.clock.set(undefined);
    expect(await stateOf(body.orderId)).toBe('expired');
  });
});
