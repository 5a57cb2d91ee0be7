import { RawClient } from './raw-client-fixture.js';
import { MovableClock } from './clock-fixture.js';
import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

const DELETE = 'com.microsoft:batch-delete-messages';

describe('requests to an entity', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    bus = await ServiceBusFixture.start([{ name: 'orders', subscriptions: [{ name: 'ledger' }] }], {
      queues: [{ name: 'jobs', deadLettersExpired: true }],
      lockDurationMs: 30_000,
    });
  });

  afterEach(() => bus.dispose());

  const later = () => new Date(Date.now() + 3_600_000);
  const disabled = { code: 'MessagingEntityDisabled' };

  it('are refused to schedule, or to cancel, where nothing may be sent', async () => {
    const admin = bus.administration();
    const sender = bus.client.createSender('jobs');
    const [sequence] = await sender.scheduleMessages({ body: 1 }, later());
    await admin.updateQueue({ ...(await admin.getQueue('jobs')), status: 'SendDisabled' });
    await expect(sender.scheduleMessages({ body: 2 }, later())).rejects.toMatchObject(disabled);
    await expect(sender.cancelScheduledMessages(sequence!)).rejects.toMatchObject(disabled);
    expect(await bus.client.createReceiver('jobs').peekMessages(5)).toMatchObject([{ body: 1 }]);
    await admin.updateQueue({ ...(await admin.getQueue('jobs')), status: 'ReceiveDisabled' });
    await sender.cancelScheduledMessages(sequence!);
    await expect(bus.client.createReceiver('jobs').peekMessages(5)).rejects.toMatchObject(disabled);
  });

  it('are refused for deferred messages, and to settle them, where nothing may be received', async () => {
    await bus.send('jobs', { body: 1 }, { body: 2 });
    const receiver = bus.client.createReceiver('jobs');
    const [first, second] = [await receiveOne(receiver), await receiveOne(receiver)];
    await receiver.deferMessage(first);
    await receiver.deferMessage(second);
    const [locked] = await receiver.receiveDeferredMessages(first.sequenceNumber!);
    const admin = bus.administration();
    await admin.updateQueue({ ...(await admin.getQueue('jobs')), status: 'Disabled' });
    await expect(receiver.receiveDeferredMessages(second.sequenceNumber!)).rejects.toMatchObject(disabled);
    await expect(receiver.completeMessage(locked!)).rejects.toMatchObject(disabled);
    await expect(receiver.renewMessageLock(locked!)).rejects.toMatchObject(disabled);
  });

  it('find a deferred message expired when it is asked for, which dead-letters it', async () => {
    await bus.send('jobs', { body: 'late', timeToLive: 60_000 });
    const receiver = bus.client.createReceiver('jobs');
    const message = await receiveOne(receiver);
    await receiver.deferMessage(message);
    const clock = new MovableClock();
    try {
      clock.advance(60_000);
      expect(await receiver.peekMessages(1)).toMatchObject([{ state: 'deferred' }]);
      await expect(receiver.receiveDeferredMessages(message.sequenceNumber!)).rejects.toThrow(/Failed to find/);
      const dead = bus.client.createReceiver('jobs', { subQueueType: 'deadLetter' });
      expect(await receiveOne(dead)).toMatchObject({ body: 'late', deadLetterReason: 'TTLExpiredException' });
    } finally {
      clock.restore();
    }
  });

  it('are answered with not-found when the entity was deleted since', async () => {
    const receiver = bus.client.createReceiver('jobs');
    const sender = bus.client.createSender('jobs');
    await sender.scheduleMessages({ body: 1 }, later());
    await receiver.peekMessages(1);
    await bus.administration().deleteQueue('jobs');
    const gone = { code: 'MessagingEntityNotFound' };
    await expect(receiver.peekMessages(1)).rejects.toMatchObject(gone);
    await expect(sender.scheduleMessages({ body: 1 }, later())).rejects.toMatchObject(gone);
  });

  it('delete messages that came before a moment, oldest first, except those that somebody holds', async () => {
    await bus.send('orders', { body: 1 }, { body: 2 }, { body: 3 }, { body: 4 });
    const receiver = bus.client.createReceiver('orders', 'ledger');
    const held = await receiveOne(receiver);
    const raw = await RawClient.connect(bus.port);
    const node = 'orders/Subscriptions/ledger/$management';
    await raw.putToken(`sb://127.0.0.1:${bus.port}/${node}`, bus.key);
    const before = { 'enqueued-time-utc': new Date(held.enqueuedTimeUtc!.getTime()) };
    expect(await raw.request(node, DELETE, { 'message-count': 10, ...before })).toEqual({ 'message-count': 0 });
    expect(await raw.request(node, DELETE, { 'message-count': 2 })).toEqual({ 'message-count': 2 });
    expect(await bus.client.createReceiver('orders', 'ledger').peekMessages(10)).toMatchObject([
      { body: 1 },
      { body: 4 },
    ]);
    expect(await raw.request(node, DELETE, { 'message-count': 10 })).toEqual({ 'message-count': 1 });
    await receiver.completeMessage(held);
    await raw.close();
    await bus.restart();
    expect(await bus.client.createReceiver('orders', 'ledger').peekMessages(10)).toEqual([]);
  });
});
