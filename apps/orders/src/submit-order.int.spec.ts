import { orderOfBrokerKey } from '@ballast/contracts';
import { EventsConsumer } from './adapters/events.consumer.js';
import { placedEvent } from './domain/given.js';
import { FACTS } from './domain/given-placement.js';
import { EndCapitalWait } from './end-capital-wait.js';
import { SubmitOrder } from './submit-order.js';
import { Bench, until } from './testing/bench.js';
import type { TestProfile } from './testing/bench.js';
import { envelope } from './testing/given-platform.js';

describe('an order at the broker', () => {
  let bench: Bench;
  let profile: TestProfile;
  beforeAll(async () => {
    bench = await Bench.start();
  });
  beforeEach(async () => {
    profile = await bench.openProfile();
  });
  afterAll(() => bench.close());

  const stateOf = async (orderId: string) => (await bench.order(profile, orderId)).state;
  const sentOf = (orderId: string) =>
    bench.venue.received.filter(({ brokerKey }) => orderOfBrokerKey(brokerKey)?.orderId === orderId);

  it('is not sent before its capital is held', async () => {
    const { body } = await bench.place(profile);
    await bench.settles(body.orderId, 'order.placed.v1');
    expect(sentOf(body.orderId)).toEqual([]);
    await bench.hold(body);
    await bench.settles(body.orderId, 'order.placed.v1', 'order.submitted.v1', 'order.opened.v1');
    expect(sentOf(body.orderId)).toHaveLength(1);
  });

  it('is not sent by the news of its placement, whatever the subscription lets through', async () => {
    const { body } = await bench.place(profile);
    await bench.orders.app.get(EventsConsumer, { strict: false }).orderPlaced(
      envelope({
        id: 'orders:misrouted:1',
        type: 'order.placed.v1',
        source: '/orders',
        subject: body.orderId,
        partitionkey: profile.profileId,
        intent: 'entry',
        data: placedEvent({ orderId: body.orderId, profileId: profile.profileId }).data,
      }),
    );
    expect([await stateOf(body.orderId), sentOf(body.orderId)]).toEqual(['pending-capital', []]);
  });

  it('is sent once however often the ledger’s word arrives', async () => {
    const { body } = await bench.place(profile);
    await bench.hold(body, 4);
    await until('it rests', async () => (await stateOf(body.orderId)) === 'open');
    await bench.settles(body.orderId, 'order.placed.v1', 'order.submitted.v1', 'order.opened.v1');
    expect(sentOf(body.orderId)).toHaveLength(1);
  });

  it('records each execution once, in cumulative amounts, and ends when it is filled', async () => {
    const order = await bench.resting(profile);
    const first = await bench.venue.execute(order.brokerKey, '4', '99');
    await bench.venue.report(first);
    await bench.venue.execute(order.brokerKey, '6', '98');
    await bench.venue.report(first);
    const types = [
      'order.placed.v1',
      'order.submitted.v1',
      'order.opened.v1',
      'order.executed.v1',
      'order.executed.v1',
    ];
    await bench.settles(order.orderId, ...types);
    expect(bench.published(order.orderId).at(-1)?.data).toMatchObject({
      executionNumber: 2,
      notionalBefore: '396',
      notionalAfter: '984',
      feeAfter: '0.98',
      fillsOrder: true,
    });
    expect(await bench.order(profile, order.orderId)).toMatchObject({
      state: 'filled',
      filledQuantity: '10',
      averagePrice: '98.4',
      fees: '0.98',
      executions: 2,
    });
  });

  it('is cancelled by the broker’s word, with what was filled before', async () => {
    const order = await bench.resting(profile);
    await bench.venue.execute(order.brokerKey, '4', '99');
    const answer = await bench.ask(profile, 'DELETE', `/v1/orders/${order.orderId}`);
    expect([answer.status, answer.body.pendingCancel]).toEqual([202, true]);
    await until('the broker is asked', () => bench.venue.cancelled.length > 0);
    await bench.venue.end(order.brokerKey, 'cancelled');
    await until('it ended', async () => (await stateOf(order.orderId)) === 'cancelled');
    await until('it is published', () => bench.typesOf(order.orderId).includes('order.ended.v1'));
    expect(bench.published(order.orderId).at(-1)?.data).toMatchObject({ state: 'cancelled', executions: 1 });
    const again = await bench.ask(profile, 'DELETE', `/v1/orders/${order.orderId}`);
    expect([again.status, again.body.code]).toEqual([409, 'order-already-ended']);
  });

  it('ends at once when it is cancelled before its capital is held, and is never sent', async () => {
    const { body } = await bench.place(profile);
    expect((await bench.ask(profile, 'DELETE', `/v1/orders/${body.orderId}`)).body.state).toBe('cancelled');
    await bench.hold(body);
    const next = await bench.resting(profile);
    expect(sentOf(next.orderId)).toHaveLength(1);
    expect(sentOf(body.orderId)).toEqual([]);
  });

  it('is rejected with the broker’s reason', async () => {
    bench.venue.next = 'rejected';
    const { body } = await bench.place(profile);
    await bench.hold(body);
    await until('it is rejected', async () => (await stateOf(body.orderId)) === 'rejected');
    expect((await bench.order(profile, body.orderId)).venueReason).toContain('insufficient buying power');
  });

  it('becomes unknown when the answer is lost, is looked up and found', async () => {
    bench.venue.next = 'lost-but-accepted';
    const { body } = await bench.place(profile);
    await bench.hold(body);
    await bench.settles(
      body.orderId,
      'order.placed.v1',
      'order.submitted.v1',
      'order.became-unknown.v1',
      'order.opened.v1',
    );
    expect(sentOf(body.orderId)).toHaveLength(1);
  });

  it('is sent again under the same key when the broker surely never got it', async () => {
    bench.venue.next = 'lost-and-never-arrived';
    const { body } = await bench.place(profile);
    await bench.hold(body);
    await until('it rests', async () => (await stateOf(body.orderId)) === 'open');
    expect(new Set(sentOf(body.orderId).map(({ brokerKey }) => brokerKey)).size).toBe(1);
    expect(sentOf(body.orderId)).toHaveLength(2);
  });

  it('waits for a broker that cannot be reached', async () => {
    bench.venue.next = 'unavailable';
    const { body } = await bench.place(profile);
    await bench.hold(body);
    await until('it rests', async () => (await stateOf(body.orderId)) === 'open');
    expect(sentOf(body.orderId)).toHaveLength(1);
  });

  it('is healed of what the stream missed, fills and end', async () => {
    const order = await bench.resting(profile);
    await bench.venue.execute(order.brokerKey, '4', '99', { misses: true });
    await bench.venue.reconnect();
    await until('the fill is recorded', async () => (await bench.order(profile, order.orderId)).filledQuantity === '4');
    await bench.venue.execute(order.brokerKey, '3', '98', { misses: true });
    await bench.venue.end(order.brokerKey, 'expired');
    await until('it expired', async () => (await stateOf(order.orderId)) === 'expired');
    expect(await bench.order(profile, order.orderId)).toMatchObject({ filledQuantity: '7', executions: 2 });
  });

  it('closes the position at its cost with an exit that needs no capital', async () => {
    const entry = await bench.resting(profile);
    await bench.venue.execute(entry.brokerKey, '10', '99');
    await until('it is filled', async () => (await stateOf(entry.orderId)) === 'filled');
    const { body } = await bench.place(profile, { side: 'sell', quantity: '4', limitPrice: '100' });
    expect(body).toMatchObject({
      state: 'accepted',
      intent: 'exit',
      tradeId: (await bench.order(profile, entry.orderId)).tradeId,
    });
    await until('it rests', async () => (await stateOf(body.orderId)) === 'open');
    await bench.venue.execute(sentOf(body.orderId)[0]?.brokerKey ?? '', '4', '110');
    await until('it is published', () => bench.typesOf(body.orderId).includes('order.executed.v1'));
    expect(bench.published(body.orderId).at(-1)?.data).toMatchObject({
      closedCostUnits: '39600',
      feeAfter: '0.44',
      intent: 'exit',
    });
    const tooMuch = await bench.place(profile, { side: 'sell', quantity: '7' });
    expect(tooMuch.body).toMatchObject({ code: 'exit-above-position', limit: '6', value: '7' });
  });

  it('is not sent when trading was halted while its capital was being held', async () => {
    const operator = { token: await bench.tokenFor('operator') };
    const { body } = await bench.place(profile);
    await bench.ask(operator, 'PUT', '/v1/admin/controls', { body: { mode: 'halted', reason: 'test' } });
    try {
      await bench.hold(body);
      await until('it is rejected', async () => (await stateOf(body.orderId)) === 'rejected');
      expect((await bench.order(profile, body.orderId)).refusal?.code).toBe('trading-halted');
      expect(sentOf(body.orderId)).toEqual([]);
    } finally {
      await bench.ask(operator, 'PUT', '/v1/admin/controls', { body: { mode: 'active', reason: 'test' } });
    }
  });

  it('is never sent when the ledger’s word comes after the time for it', async () => {
    const { body } = await bench.place(profile);
    try {
      bench.clock.set(Date.now() + FACTS.limits.capitalWaitMsMax);
      await bench.orders.app.get(EndCapitalWait, { strict: false }).execute();
      expect((await bench.order(profile, body.orderId)).refusal?.code).toBe('capital-not-answered');
    } finally {
      bench.clock.set(undefined);
    }
    await bench.orders.app.get(SubmitOrder, { strict: false }).execute(body);
    expect([await stateOf(body.orderId), sentOf(body.orderId)]).toEqual(['rejected', []]);
  });
});
