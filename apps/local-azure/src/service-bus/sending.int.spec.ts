import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

const TOPICS = [
  {
    name: 'orders',
    subscriptions: [
      { name: 'ledger', sqlFilter: "cloudEvents_type IN ('order.placed.v1', 'order.ended.v1')" },
      { name: 'audit' },
    ],
  },
];

describe('sending to a topic', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    bus = await ServiceBusFixture.start(TOPICS);
  });

  afterEach(() => bus.dispose());

  it('delivers a message to a subscription, with where and when it was taken', async () => {
    const before = Date.now();
    await bus.send('orders', { body: { id: 1 }, messageId: 'm1' });
    const receiver = bus.client.createReceiver('orders', 'audit');
    const message = await receiveOne(receiver);
    expect(message).toMatchObject({ body: { id: 1 }, messageId: 'm1', deliveryCount: 0, state: 'active' });
    expect(message.sequenceNumber!.toNumber()).toBeGreaterThan(0);
    expect(message.enqueuedTimeUtc!.getTime()).toBeGreaterThanOrEqual(before);
    expect(message.lockedUntilUtc!.getTime()).toBeGreaterThan(before);
    await receiver.completeMessage(message);
    expect(await bus.receiveAll('orders', 'audit')).toEqual([]);
  });
});
