import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

const TOPICS = [{ name: 'orders', subscriptions: [{ name: 'ledger' }] }];

describe('a queue', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    const queues = [
      { name: 'jobs', maxDeliveryCount: 2 },
      { name: 'once', detectsDuplicates: true },
      { name: 'orders/ledger' },
    ];
    bus = await ServiceBusFixture.start(TOPICS, { queues });
  });

  afterEach(() => bus.dispose());

  const bodies = async (queue: string) => {
    const receiver = bus.client.createReceiver(queue, { receiveMode: 'receiveAndDelete' });
    const messages = await receiver.receiveMessages(20, { maxWaitTimeInMs: 200 });
    return messages.map(({ body }) => body as unknown);
  };

  it('gives what is sent to it to one receiver, in order, and forgets what is completed', async () => {
    await bus.send('jobs', { body: 1 }, { body: 2 }, { body: 3 });
    const receiver = bus.client.createReceiver('Jobs');
    const messages = await receiver.receiveMessages(3, { maxWaitTimeInMs: 2_000 });
    expect(messages.map(({ body }) => body as number)).toEqual([1, 2, 3]);
    await receiver.completeMessage(messages[1]!);
    await bus.restart();
    expect(await bodies('jobs')).toEqual([1, 3]);
  });

  it('dead-letters after its own number of deliveries, into a dead-letter queue of its own', async () => {
    await bus.send('jobs', { body: 'bad' });
    const receiver = bus.client.createReceiver('jobs');
    for (let time = 0; time < 2; time += 1) await receiver.abandonMessage(await receiveOne(receiver));
    const dead = bus.client.createReceiver('jobs', { subQueueType: 'deadLetter' });
    const message = await receiveOne(dead);
    expect(message).toMatchObject({ deadLetterReason: 'MaxDeliveryCountExceeded', deliveryCount: 2 });
    await dead.completeMessage(message);
    expect(await dead.peekMessages(1)).toEqual([]);
  });

  it('takes every message unless it detects duplicates', async () => {
    const twins = [
      { body: 'first', messageId: 'same' },
      { body: 'second', messageId: 'same' },
    ];
    await bus.send('jobs', ...twins);
    await bus.send('once', twins[0]!);
    await bus.restart();
    await bus.send('once', twins[1]!);
    expect(await bodies('jobs')).toEqual(['first', 'second']);
    expect(await bodies('once')).toEqual(['first']);
  });

  it('keeps its messages apart from those of a subscription with the same path', async () => {
    await bus.send('orders', { body: 'copy' });
    await bus.send('orders/ledger', { body: 'own' });
    await bus.restart();
    expect(await bodies('orders/ledger')).toEqual(['own']);
    expect((await bus.receiveAll('orders', 'ledger')).map(({ body }) => body as string)).toEqual(['copy']);
  });

  it('is read with an async iterator', async () => {
    await bus.send('jobs', { body: 1 }, { body: 2 });
    const receiver = bus.client.createReceiver('jobs');
    const seen: unknown[] = [];
    for await (const message of receiver.getMessageIterator()) {
      seen.push(message.body);
      await receiver.completeMessage(message);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual([1, 2]);
    await receiver.close();
    expect(await bodies('jobs')).toEqual([]);
  });

  it('is refused when it does not exist', async () => {
    await expect(bus.send('nothing', { body: 1 })).rejects.toMatchObject({ code: 'MessagingEntityNotFound' });
  });
});
