import Long from 'long';
import { MovableClock } from './clock-fixture.js';
import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

const TTL_MS = 300;
const LONG_TTL_MS = 60_000;

describe('time to live', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    const subscriptions = [{ name: 'dropping', defaultTtlMs: TTL_MS }, { name: 'keeping' }];
    const queues = [
      { name: 'jobs', deadLettersExpired: true },
      { name: 'short', defaultTtlMs: TTL_MS, deadLettersExpired: true },
      { name: 'long', defaultTtlMs: LONG_TTL_MS, deadLettersExpired: true, lockDurationMs: 2 * LONG_TTL_MS },
    ];
    bus = await ServiceBusFixture.start([{ name: 'orders', subscriptions }], { queues });
  });

  afterEach(() => bus.dispose());

  const dead = (queue: string) => bus.client.createReceiver(queue, { subQueueType: 'deadLetter' });

  it('moves an expired message to the dead-letter queue where the queue says so, though nobody receives', async () => {
    const sender = bus.client.createSender('jobs');
    await sender.sendMessages([{ body: 'short', timeToLive: TTL_MS }, { body: 'long' }]);
    expect(await receiveOne(dead('jobs'))).toMatchObject({
      body: 'short',
      deadLetterReason: 'TTLExpiredException',
      deadLetterErrorDescription: 'The message expired and was dead lettered.',
    });
    expect(await receiveOne(bus.client.createReceiver('jobs'))).toMatchObject({ body: 'long' });
  });

  it('is at most what the queue permits', async () => {
    const sender = bus.client.createSender('short');
    await sender.sendMessages([{ body: 'none' }, { body: 'long', timeToLive: 60_000 }]);
    const receiver = dead('short');
    expect([(await receiveOne(receiver)).body, (await receiveOne(receiver)).body]).toEqual(['none', 'long']);
  });

  it('is judged by each subscription for its own copy, which is dropped where nothing else is said', async () => {
    await bus.send('orders', { body: 'a' });
    const dropping = bus.client.createReceiver('orders', 'dropping');
    while ((await dropping.peekMessages(1, { fromSequenceNumber: Long.ONE })).length > 0)
      await new Promise(setImmediate);
    expect(await dropping.receiveMessages(1, { maxWaitTimeInMs: 50 })).toEqual([]);
    const { length } = await bus.client
      .createReceiver('orders', 'dropping', { subQueueType: 'deadLetter' })
      .peekMessages(1);
    expect(length).toBe(0);
    expect(await receiveOne(bus.client.createReceiver('orders', 'keeping'))).toMatchObject({ body: 'a' });
  });

  it('goes on over a restart', async () => {
    await bus.send('short', { body: 'a' });
    await bus.restart();
    expect(await receiveOne(dead('short'))).toMatchObject({ deadLetterReason: 'TTLExpiredException' });
  });

  it('does not end a delivery that is under way; the message expires when it comes back', async () => {
    const receiver = bus.client.createReceiver('long');
    await bus.send('long', { body: 'done' }, { body: 'back' });
    const done = await receiveOne(receiver);
    const back = await receiveOne(receiver);
    const clock = new MovableClock();
    try {
      clock.advance(LONG_TTL_MS);
      await receiver.completeMessage(done);
      await receiver.abandonMessage(back);
      await bus.restart();
      expect(await receiveOne(dead('long'))).toMatchObject({ body: 'back', deliveryCount: 1 });
    } finally {
      clock.restore();
    }
  });
});
