import type { ContainerStore } from '@ballast/cosmos';
import { StoreUnavailable } from '@ballast/cosmos';
import { brokerKeyOf, newOrderId, newProfileId, orderOfBrokerKey } from '@ballast/contracts';
import { decimal } from '@ballast/money';
import { Clock, storeToken } from '@ballast/service-host';
import { Bench, until } from './testing/bench.js';
import type { TestProfile } from './testing/bench.js';

describe('when the broker or the store is in trouble', () => {
  let bench: Bench;
  let profile: TestProfile;
  beforeAll(async () => {
    bench = await Bench.start();
  });
  beforeEach(async () => {
    profile = await bench.openProfile(10);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    bench.venue.beforeAnswer = undefined;
    bench.venue.listsNothing = false;
  });
  afterAll(() => bench.close());

  const stateOf = async (orderId: string): Promise<string> => (await bench.order(profile, orderId)).state;
  const sentOf = (orderId: string) =>
    bench.venue.received.filter(({ brokerKey }) => orderOfBrokerKey(brokerKey)?.orderId === orderId);

  it('an order that was executed beyond its quantity does not stop the others', async () => {
    const overfilled = await bench.resting(profile);
    const sound = await bench.resting(profile);
    await bench.venue.execute(overfilled.brokerKey, '11', '99');
    await bench.venue.execute(sound.brokerKey, '4', '99', { misses: true });
    await bench.venue.reconnect();
    expect(await bench.order(profile, sound.orderId)).toMatchObject({ filledQuantity: '4' });
    expect(await bench.order(profile, overfilled.orderId)).toMatchObject({ state: 'open', filledQuantity: '0' });
  });

  it('an order under a key like ours that we never had does not stop the others', async () => {
    const sound = await bench.resting(profile);
    const now = Date.now();
    const foreign = brokerKeyOf(newOrderId(newProfileId(now), now), 0);
    await bench.venue.submit({
      brokerKey: foreign,
      symbol: 'AAPL',
      side: 'buy',
      quantity: decimal('10'),
      limitPrice: decimal('100'),
      timeInForce: 'day',
    });
    await bench.venue.execute(foreign, '1', '100');
    await bench.venue.end(foreign, 'cancelled');
    await bench.venue.execute(sound.brokerKey, '4', '99');
    expect(await bench.order(profile, sound.orderId)).toMatchObject({ filledQuantity: '4' });
  });

  it('executions that the broker does not list yet hold up only their own order', async () => {
    const unlisted = await bench.resting(profile);
    const sound = await bench.resting(profile);
    await bench.venue.execute(unlisted.brokerKey, '4', '99', { misses: true });
    bench.venue.listsNothing = true;
    await bench.venue.end(unlisted.brokerKey, 'cancelled');
    await bench.venue.reconnect();
    await bench.venue.execute(sound.brokerKey, '4', '99');
    expect(await bench.order(profile, sound.orderId)).toMatchObject({ filledQuantity: '4' });
    expect(await stateOf(unlisted.orderId)).toBe('open');
    bench.venue.listsNothing = false;
    await bench.venue.reconnect();
    expect(await bench.order(profile, unlisted.orderId)).toMatchObject({ state: 'cancelled', filledQuantity: '4' });
  });

  it('an execution at a price with more decimals than are kept is recorded', async () => {
    const order = await bench.resting(profile);
    await bench.venue.execute(order.brokerKey, '3', '99.12345678901234567891');
    expect(await bench.order(profile, order.orderId)).toMatchObject({
      filledQuantity: '3',
      averagePrice: '99.123456789012345679',
    });
  });

  it('a fill that overtakes the answer to the submission is recorded once', async () => {
    bench.venue.beforeAnswer = async ({ brokerKey }) => {
      await bench.venue.execute(brokerKey, '10', '99');
    };
    const { body } = await bench.place(profile);
    await bench.hold(body);
    await bench.settles(body.orderId, 'order.placed.v1', 'order.submitted.v1', 'order.executed.v1');
    expect(await bench.order(profile, body.orderId)).toMatchObject({ state: 'filled', executions: 1 });
  });

  it('a request to cancel that the broker answers wrongly is made until the order has ended', async () => {
    const order = await bench.resting(profile);
    const before = bench.venue.cancelled.length;
    bench.venue.cancelAnswers.push('already-terminal', 'not-found');
    await bench.ask(profile, 'DELETE', `/v1/orders/${order.orderId}`);
    await until('it is asked a third time', () => bench.venue.cancelled.length === before + 3);
    await bench.venue.end(order.brokerKey, 'cancelled');
    await until('it ended', async () => (await stateOf(order.orderId)) === 'cancelled');
  });

  it('a request to cancel that was never answered can be made again', async () => {
    const order = await bench.resting(profile);
    const before = bench.venue.cancelled.length;
    const cancel = () => bench.ask(profile, 'DELETE', `/v1/orders/${order.orderId}`);
    await cancel();
    await until('the broker is asked', () => bench.venue.cancelled.length === before + 1);
    expect((await cancel()).status).toBe(202);
    skewClock(60_000);
    expect((await cancel()).status).toBe(202);
    await until('the broker is asked again', () => bench.venue.cancelled.length === before + 2);
    const requests = bench.typesOf(order.orderId).filter((type) => type === 'order.cancel-requested.v1');
    expect(requests).toHaveLength(2);
  });

  it('a submission whose commit took too long is looked up before it is sent', async () => {
    const { body } = await bench.place(profile);
    afterCommitOf('order.submitted.v1', () => skewClock(10_000));
    await bench.hold(body);
    await until('it rests', async () => (await stateOf(body.orderId)) === 'open');
    await bench.settles(
      body.orderId,
      'order.placed.v1',
      'order.submitted.v1',
      'order.became-unknown.v1',
      'order.submitted.v1',
      'order.opened.v1',
    );
    expect(sentOf(body.orderId)).toHaveLength(1);
  });

  it('answers of the store that are lost change nothing twice', async () => {
    const lost = new Set<string>();
    afterCommitOf(undefined, (type) => {
      if (lost.has(type)) return;
      lost.add(type);
      throw new StoreUnavailable('the answer was lost');
    });
    expect((await bench.place(profile, {}, 'key-1')).status).toBe(503);
    const { body } = await bench.place(profile, {}, 'key-1');
    await bench.hold(body);
    await until('it rests', async () => (await stateOf(body.orderId)) === 'open');
    expect(sentOf(body.orderId)).toHaveLength(1);
    const brokerKey = sentOf(body.orderId)[0]?.brokerKey ?? '';
    await bench.venue.execute(brokerKey, '4', '99');
    await bench.venue.execute(brokerKey, '2', '99');
    expect((await bench.ask(profile, 'DELETE', `/v1/orders/${body.orderId}`)).status).toBe(503);
    expect((await bench.ask(profile, 'DELETE', `/v1/orders/${body.orderId}`)).status).toBe(202);
    await until('the broker is asked', () => bench.venue.cancelled.length > 0);
    await bench.venue.end(brokerKey, 'cancelled');
    await bench.settles(
      body.orderId,
      'order.placed.v1',
      'order.submitted.v1',
      'order.became-unknown.v1',
      'order.submitted.v1',
      'order.opened.v1',
      'order.executed.v1',
      'order.executed.v1',
      'order.cancel-requested.v1',
      'order.ended.v1',
    );
    const events = bench.published(body.orderId);
    expect(events.map(({ sequence }) => sequence)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => `orders:${body.orderId}:${index + 1}`));
    expect(lost.size).toBe(7);
  });

  const storeOf = (): ContainerStore => bench.orders.app.get(storeToken('trade_orders'), { strict: false });

  const skewClock = (ms: number): void => {
    jest.spyOn(bench.orders.app.get(Clock, { strict: false }), 'now').mockImplementation(() => Date.now() + ms);
  };

  /** Runs after commits that publish an event of this type, or any, before their answer is heard. */
  const afterCommitOf = (wanted: string | undefined, run: (type: string) => void): void => {
    const store = storeOf();
    const commit = store.commit.bind(store);
    jest.spyOn(store, 'commit').mockImplementation(async (partition, operations) => {
      const etags = await commit(partition, operations);
      for (const type of operations.flatMap(typeOf)) if (wanted === undefined || wanted === type) run(type);
      return etags;
    });
  };
});

function typeOf(operation: object): string[] {
  const { create } = operation as { create?: { kind?: string; type?: string; event?: { type: string } } };
  const type = create?.kind === 'event' ? create.type : create?.event?.type;
  return type === undefined ? [] : [type];
}
