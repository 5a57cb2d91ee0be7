import type { ServiceBusReceiver } from '@azure/service-bus';
import { RawClient } from './raw-client-fixture.js';
import { receiveAttaching } from './raw-links-fixture.js';
import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

const TOPICS = [{ name: 'orders', subscriptions: [{ name: 'ledger' }] }];

describe('the flow of messages to receivers', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    bus = await ServiceBusFixture.start(TOPICS);
  });

  afterEach(() => bus.dispose());

  const receiver = (client = bus.client) => client.createReceiver('orders', 'ledger');

  async function sendMany(count: number): Promise<void> {
    const sender = bus.client.createSender('orders');
    for (let body = 0; body < count;) {
      const batch = await sender.createMessageBatch();
      while (body < count && batch.count < 500) batch.tryAddMessage({ body: body++ });
      await sender.sendMessages(batch);
    }
    await sender.close();
  }

  /** Completes what comes until `enough` says so. */
  function hear(from: ServiceBusReceiver, heard: number[], enough: () => void): void {
    from.subscribe(
      {
        processMessage: async (message) => {
          await from.completeMessage(message);
          heard.push(message.body as number);
          enough();
        },
        processError: async () => undefined,
      },
      { autoCompleteMessages: false, maxConcurrentCalls: 100 },
    );
  }

  it('goes on beyond 2 048 deliveries on one link', async () => {
    const count = 2_500;
    await sendMany(count);
    const heard: number[] = [];
    await new Promise<void>((resolve) => hear(receiver(), heard, () => heard.length === count && resolve()));
    expect(new Set(heard).size).toBe(count);
    expect(await bus.receiveAll('orders', 'ledger')).toEqual([]);
  });

  it('shares the messages between two receivers, each message to one of them', async () => {
    const count = 400;
    const [one, two]: [number[], number[]] = [[], []];
    const all = new Promise<void>((resolve) => {
      const enough = () => one.length + two.length === count && resolve();
      hear(receiver(), one, enough);
      hear(receiver(bus.connect()), two, enough);
    });
    await sendMany(count);
    await all;
    expect(new Set([...one, ...two]).size).toBe(count);
    expect(Math.min(one.length, two.length)).toBeGreaterThan(0);
  });

  it('wakes a waiting receiver when a message is sent', async () => {
    const waiting = receiver().receiveMessages(1, { maxWaitTimeInMs: 30_000 });
    await bus.send('orders', { body: 'a' });
    expect((await waiting).map(({ body }) => body as string)).toEqual(['a']);
  });

  it.each(['peekLock', 'receiveAndDelete'] as const)(
    'gives unused credit back when asked (%s)',
    async (receiveMode) => {
      const one = bus.client.createReceiver('orders', 'ledger', { receiveMode });
      for (let round = 0; round < 3; round += 1) {
        expect(await one.receiveMessages(10, { maxWaitTimeInMs: 50 })).toEqual([]);
      }
      await bus.send('orders', { body: 'a' });
      expect(await one.receiveMessages(1, { maxWaitTimeInMs: 30_000 })).toHaveLength(1);
      await bus.send('orders', { body: 'b' });
      expect(await receiver(bus.connect()).receiveMessages(1, { maxWaitTimeInMs: 30_000 })).toHaveLength(1);
    },
  );

  it('answers a request to drain, also when no credit is left', async () => {
    const raw = await RawClient.connect(bus.port);
    const path = 'orders/Subscriptions/ledger';
    await raw.putToken(`sb://127.0.0.1:${bus.port}/${path}`, bus.key);
    await sendMany(2);
    const link = await raw.receive(path);
    expect(await link.drain(5)).toBe(2);
    expect(await link.drain(5)).toBe(0);
    await sendMany(2);
    expect(await link.drain(2)).toBe(2);
    await raw.close();
  });

  it('begins with the link, where the client gives credit in the turn in which it attaches', async () => {
    const raw = await RawClient.connect(bus.port);
    const path = 'orders/Subscriptions/ledger';
    await raw.putToken(`sb://127.0.0.1:${bus.port}/${path}`, bus.key);
    await bus.send('orders', { body: 1 }, { body: 2 });
    expect(await receiveAttaching(raw, path, 2)).toHaveLength(2);
    await raw.close();
  });

  it('goes around a receiver whose connection broke', async () => {
    const wire = await bus.breakableConnect();
    const heard: number[] = [];
    await sendMany(1);
    await new Promise<void>((resolve) => hear(receiver(wire.client), heard, resolve));
    await wire.cut();
    await bus.send('orders', { body: 'second' });
    expect(await receiveOne(receiver())).toMatchObject({ body: 'second', deliveryCount: 0 });
  });
});
