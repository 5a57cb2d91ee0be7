import Long from 'long';
import { MovableClock } from './clock-fixture.js';
import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

const TOPICS = [{ name: 'orders', subscriptions: [{ name: 'ledger' }] }];
const SOON_MS = 400;
const LATER_MS = 60_000;

describe('a scheduled message', () => {
  let bus: ServiceBusFixture;

  let clock: MovableClock;

  beforeEach(async () => {
    clock = new MovableClock();
    bus = await ServiceBusFixture.start(TOPICS, { queues: [{ name: 'jobs' }] });
  });

  afterEach(async () => {
    clock.restore();
    await bus.dispose();
  });

  /** Lets the time go by while the server is down, whose timers know nothing of it. */
  const passBy = async (ms: number) => {
    clock.advance(ms);
    await bus.restart();
  };
  const inMs = (ms: number) => new Date(Date.now() + ms);
  const peek = async (queue: string) =>
    bus.client.createReceiver(queue).peekMessages(10, { fromSequenceNumber: Long.ONE });
  const none = async (queue: string) => {
    const receiver = bus.client.createReceiver(queue);
    expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: 50 })).toEqual([]);
    await receiver.close();
  };

  it('comes at its moment, under a new sequence number and still in the scheduled state', async () => {
    const dueAt = inMs(SOON_MS);
    const [number] = await bus.client.createSender('jobs').scheduleMessages([{ body: 'later' }], dueAt);
    const message = await receiveOne(bus.client.createReceiver('jobs'));
    expect(Date.now()).toBeGreaterThanOrEqual(dueAt.getTime());
    expect(message).toMatchObject({ body: 'later', state: 'scheduled', deliveryCount: 0 });
    expect(message.scheduledEnqueueTimeUtc).toEqual(dueAt);
    expect(message.enqueuedTimeUtc!.getTime()).toBeGreaterThanOrEqual(dueAt.getTime());
    expect(message.sequenceNumber!.greaterThan(number!)).toBe(true);
  });

  it('is what a message becomes that is sent, in a batch with others, with a moment of its own', async () => {
    const sender = bus.client.createSender('orders');
    await sender.sendMessages([{ body: 'later', scheduledEnqueueTimeUtc: inMs(LATER_MS) }, { body: 'now' }]);
    expect((await bus.receiveAll('orders', 'ledger')).map(({ body }) => body as string)).toEqual(['now']);
    await passBy(LATER_MS);
    const late = await receiveOne(bus.client.createReceiver('orders', 'ledger'));
    expect(late).toMatchObject({ body: 'later', state: 'scheduled' });
  });

  it('is delivered at once when its moment is over', async () => {
    const sender = bus.client.createSender('jobs');
    await sender.sendMessages({ body: 'sent', scheduledEnqueueTimeUtc: inMs(-1_000) });
    await sender.scheduleMessages({ body: 'scheduled' }, inMs(-1_000));
    const receiver = bus.client.createReceiver('jobs', { receiveMode: 'receiveAndDelete' });
    expect([(await receiveOne(receiver)).body, (await receiveOne(receiver)).body]).toEqual(['sent', 'scheduled']);
  });

  it('comes in the order of the moments, not of the requests', async () => {
    const sender = bus.client.createSender('jobs');
    await sender.scheduleMessages({ body: 'second' }, inMs(LATER_MS + 1_000));
    await sender.scheduleMessages({ body: 'first' }, inMs(LATER_MS));
    await passBy(2 * LATER_MS);
    const receiver = bus.client.createReceiver('jobs', { receiveMode: 'receiveAndDelete' });
    expect([(await receiveOne(receiver)).body, (await receiveOne(receiver)).body]).toEqual(['first', 'second']);
  });

  it('is seen by peeking at its queue, under the number it was given', async () => {
    await bus.send('jobs', { body: 'ready' });
    const sender = bus.client.createSender('jobs');
    const dueAt = inMs(LATER_MS);
    const [number] = await sender.scheduleMessages([{ body: 'later', messageId: 'm' }], dueAt);
    const peeked = await peek('jobs');
    expect(peeked.map(({ body, state }) => [body, state])).toEqual([
      ['ready', 'active'],
      ['later', 'scheduled'],
    ]);
    expect(peeked[1]).toMatchObject({ messageId: 'm', sequenceNumber: number, scheduledEnqueueTimeUtc: dueAt });
  });

  it('never comes when it is cancelled; all named are cancelled, or none when one is not there', async () => {
    const sender = bus.client.createSender('jobs');
    const messages = [{ body: 'a' }, { body: 'b' }, { body: 'c' }];
    const [a, b, c] = await sender.scheduleMessages(messages, inMs(LATER_MS));
    await sender.cancelScheduledMessages([a!, b!]);
    expect((await peek('jobs')).map(({ body }) => body as string)).toEqual(['c']);
    await expect(sender.cancelScheduledMessages([c!, a!])).rejects.toThrow(/Failed to find the message/);
    expect((await peek('jobs')).map(({ body }) => body as string)).toEqual(['c']);
    await none('jobs');
  });

  it('survives a restart, before its moment and after it', async () => {
    const sender = bus.client.createSender('jobs');
    await sender.scheduleMessages({ body: 'soon' }, inMs(LATER_MS));
    const [number] = await sender.scheduleMessages([{ body: 'cancelled' }], inMs(LATER_MS));
    await bus.restart();
    await bus.client.createSender('jobs').cancelScheduledMessages(number!);
    await passBy(LATER_MS);
    expect((await receiveOne(bus.client.createReceiver('jobs'))).body).toBe('soon');
    await bus.restart();
    const receiver = bus.client.createReceiver('jobs', { receiveMode: 'receiveAndDelete' });
    expect((await receiveOne(receiver)).body).toBe('soon');
    await none('jobs');
    expect(await peek('jobs')).toEqual([]);
  });

  it('is refused when it is too large, and so is a request that is', async () => {
    const sender = bus.client.createSender('jobs');
    for (const size of [270_000, 1_100_000]) {
      await expect(sender.scheduleMessages({ body: 'x'.repeat(size) }, inMs(LATER_MS))).rejects.toMatchObject({
        code: 'MessageSizeExceeded',
      });
    }
    expect(await peek('jobs')).toEqual([]);
  });
});
