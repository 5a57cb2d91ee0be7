import { Market } from './adapters/market.js';
import { ExpireOrders } from './expire-orders.js';
import { TriggerOrders } from './trigger-orders.js';
import { restartedFrom } from './testing/restarted-triggers.js';
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
  afterEach(async () => {
    bench.clock.set(undefined);
    bench.venue.ask = '100';
    const market = bench.orders.app.get(Market, { strict: false });
    await until('the price is seen', async () => (await market.symbolFacts('AAPL'))?.ask.toFixed() === '100');
  });
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

  const WAITING = { limitPrice: undefined, timeInForce: 'gtc', triggeredHere: true };

  it('keeps an order that waits here from the broker until the market touches it, and then bounds it', async () => {
    const sent = bench.venue.received.length;
    const { body } = await bench.place(profile, { ...WAITING, type: 'market-if-touched', stopPrice: '95' });
    await bench.hold(body);
    await until('its capital is held', async () => (await stateOf(body.orderId)) === 'accepted');
    await bench.orders.app.get(TriggerOrders, { strict: false }).execute();
    expect(bench.venue.received).toHaveLength(sent);
    bench.venue.ask = '94.90';
    await until('it rests', async () => (await stateOf(body.orderId)) === 'open');
    expect(bench.venue.received.slice(sent)).toMatchObject([{ type: 'limit', timeInForce: 'gtc' }]);
    const [request] = bench.venue.received.slice(sent);
    expect([request?.limitPrice?.toFixed(), request?.stopPrice]).toEqual(['99.75', undefined]);
    await until('that is told', () => bench.typesOf(body.orderId).includes('order.opened.v1'));
    expect(bench.typesOf(body.orderId)).toEqual([
      'order.placed.v1',
      'order.triggered.v1',
      'order.submitted.v1',
      'order.opened.v1',
    ]);
  });

  it('follows the market with a trailing stop that waits here, whichever replica placed it', async () => {
    const other = (await bench.startReplica()).app.get(TriggerOrders, { strict: false });
    const { body } = await bench.place(profile, { ...WAITING, type: 'trailing-stop', trailPrice: '2' });
    await bench.hold(body);
    await until('its capital is held', async () => (await stateOf(body.orderId)) === 'accepted');
    await other.discover();
    bench.venue.ask = '96';
    const stop = async () => {
      await other.execute();
      return other.stopOf(body.orderId)?.toFixed();
    };
    await until('it has followed', async () => (await stop()) === '98');
    const restarted = restartedFrom(bench.orders);
    await restarted.discover();
    expect(restarted.stopOf(body.orderId)?.toFixed()).toBe('98');
    bench.venue.ask = '98';
    await until('it rests', async () => (await stateOf(body.orderId)) === 'open');
    expect(bench.published(body.orderId)[0]?.data).toMatchObject({ stopPrice: '102', boundPrice: '107.1' });
    const triggered = () => bench.published(body.orderId).find(({ type }) => type === 'order.triggered.v1');
    await until('that is told', () => triggered() !== undefined);
    expect(triggered()?.data).toEqual({
      orderId: body.orderId,
      profileId: profile.profileId,
      stopPrice: '98',
      marketPrice: '98',
    });
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
