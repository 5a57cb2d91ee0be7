import Long from 'long';
import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

describe('peeking', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    const queues = [{ name: 'jobs' }, { name: 'by-session', requiresSession: true }];
    const topics = [{ name: 'orders', subscriptions: [{ name: 'ledger' }] }];
    bus = await ServiceBusFixture.start(topics, { queues, lockDurationMs: 30_000 });
  });

  afterEach(() => bus.dispose());

  const later = () => new Date(Date.now() + 3_600_000);

  it('shows what is active, locked, deferred and scheduled, by number and in its state, and what is dead apart', async () => {
    await bus.send('jobs', { body: 'deferred' }, { body: 'dead' }, { body: 'locked' }, { body: 'active' });
    await bus.client.createSender('jobs').scheduleMessages({ body: 'scheduled' }, later());
    const receiver = bus.client.createReceiver('jobs');
    await receiver.deferMessage(await receiveOne(receiver));
    await receiver.deadLetterMessage(await receiveOne(receiver));
    await receiveOne(receiver);
    expect(await bus.client.createReceiver('jobs').peekMessages(10)).toMatchObject([
      { body: 'deferred', state: 'deferred' },
      { body: 'locked', state: 'active' },
      { body: 'active', state: 'active' },
      { body: 'scheduled', state: 'scheduled' },
    ]);
    const dead = bus.client.createReceiver('jobs', { subQueueType: 'deadLetter' });
    expect(await dead.peekMessages(10)).toMatchObject([{ body: 'dead' }]);
  });

  it('goes on where it was, or begins at the number it is told', async () => {
    await bus.send('orders', { body: 1 }, { body: 2 }, { body: 3 });
    const receiver = bus.client.createReceiver('orders', 'ledger');
    const [first] = await receiver.peekMessages(1);
    expect(first).toMatchObject({ body: 1 });
    expect(await receiver.peekMessages(1)).toMatchObject([{ body: 2 }]);
    expect(await receiver.peekMessages(5)).toMatchObject([{ body: 3 }]);
    expect(await receiver.peekMessages(5)).toEqual([]);
    const fromSequenceNumber = first!.sequenceNumber!.add(Long.ONE);
    expect(await receiver.peekMessages(5, { fromSequenceNumber })).toMatchObject([{ body: 2 }, { body: 3 }]);
  });

  it('shows one session to its receiver, scheduled and deferred messages too', async () => {
    const of = (body: number, sessionId: string) => ({ body, sessionId });
    await bus.send('by-session', of(1, 'a'), of(2, 'b'), of(3, 'a'));
    await bus.client.createSender('by-session').scheduleMessages([of(4, 'a'), of(5, 'b')], later());
    const session = await bus.client.acceptSession('by-session', 'a');
    await session.deferMessage(await receiveOne(session));
    expect(await session.peekMessages(10)).toMatchObject([
      { body: 1, state: 'deferred' },
      { body: 3, state: 'active' },
      { body: 4, state: 'scheduled' },
    ]);
  });
});
