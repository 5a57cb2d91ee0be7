import { randomUUID } from 'node:crypto';
import rhea from 'rhea';
import { RawClient } from './raw-client-fixture.js';
import { acceptAndLeave, sendEncoded, wishForSession } from './raw-links-fixture.js';
import { receiveOne, ServiceBusFixture } from './service-bus-fixture.js';

const KILOBYTE = 1_024;
const STANDARD_BYTES = 256 * KILOBYTE;
const PREMIUM_BYTES = 1_024 * KILOBYTE;
const QUEUES = [
  { name: 'jobs' },
  { name: 'large', messageBytesMax: PREMIUM_BYTES },
  { name: 'sessions', requiresSession: true },
];
const CONNECTION_COUNT = 100;
const BATCH_COUNT = 4;
const PLAIN_FORMAT = 0;
const BATCH_FORMAT = 0x80013700;
const UNRENEWED = { maxAutoLockRenewalDurationInMs: 0 };

describe('what implementations usually break on', () => {
  let bus: ServiceBusFixture;
  const raws: RawClient[] = [];

  beforeEach(async () => {
    bus = await ServiceBusFixture.start([], { queues: QUEUES });
  });

  afterEach(async () => {
    for (const raw of raws.splice(0)) await raw.close();
    await bus.dispose();
  });

  async function connect(queue: string): Promise<RawClient> {
    const raw = await RawClient.connect(bus.port);
    raws.push(raw);
    await raw.putToken(`sb://127.0.0.1:${bus.port}/${queue}`, bus.key);
    return raw;
  }

  it('100 connections: each sends and receives', async () => {
    const clients = Array.from({ length: CONNECTION_COUNT }, () => bus.connect());
    await Promise.all(clients.map((client, body) => client.createSender('jobs').sendMessages({ body })));
    const received = await Promise.all(
      clients.map(async (client) => {
        const receiver = client.createReceiver('jobs', UNRENEWED);
        const one = await receiveOne(receiver);
        await receiver.completeMessage(one);
        return one.body as number;
      }),
    );
    expect(new Set(received).size).toBe(CONNECTION_COUNT);
    expect(await bus.client.createReceiver('jobs').peekMessages(1)).toEqual([]);
  });

  it.each([
    ['256 KB', 'jobs', STANDARD_BYTES],
    ['1 MB', 'large', PREMIUM_BYTES],
  ])('a message of %s to the byte, and of one byte more', async (_, queue, bytesMax) => {
    const raw = await connect(queue);
    expect(await sendEncoded(raw, queue, encoded(bytesMax + 1), PLAIN_FORMAT)).toBe('amqp:link:message-size-exceeded');
    const sent = encoded(bytesMax);
    expect(await sendEncoded(raw, queue, sent, PLAIN_FORMAT)).toBeUndefined();
    const found = await receiveOne(bus.client.createReceiver(queue, UNRENEWED));
    expect(sent.includes(`${found.body as string}`)).toBe(true);
    expect((found.body as Buffer).length).toBeGreaterThan(bytesMax - KILOBYTE);
  });

  it.each([
    ['256 KB', 'jobs', STANDARD_BYTES],
    ['1 MB', 'large', PREMIUM_BYTES],
  ])('a batch of %s to the byte, and of one byte more', async (_, queue, bytesMax) => {
    const raw = await connect(queue);
    expect(await sendEncoded(raw, queue, batchOf(bytesMax + 1), BATCH_FORMAT)).toBe('amqp:link:message-size-exceeded');
    expect(await sendEncoded(raw, queue, batchOf(bytesMax), BATCH_FORMAT)).toBeUndefined();
    const { activeMessageCount } = await bus.administration().getQueueRuntimeProperties(queue);
    expect(activeMessageCount).toBe(BATCH_COUNT);
  });

  it.each(['jobs', 'large'])('a batch of the SDK filled as far as it goes (%s)', async (queue) => {
    const sender = bus.client.createSender(queue);
    const batch = await sender.createMessageBatch();
    while (batch.tryAddMessage({ body: 'x'.repeat(4 * KILOBYTE) }));
    while (batch.tryAddMessage({ body: 'x' }));
    expect(batch.maxSizeInBytes - batch.sizeInBytes).toBeLessThan(KILOBYTE);
    await sender.sendMessages(batch);
    const { activeMessageCount } = await bus.administration().getQueueRuntimeProperties(queue);
    expect(activeMessageCount).toBe(batch.count);
  });

  it('a receiver closed with messages in flight: they stay locked, then come back one failure older', async () => {
    await bus.send('jobs', ...[1, 2, 3, 4].map((body) => ({ body })));
    const receiver = bus.client.createReceiver('jobs', UNRENEWED);
    const held: unknown[] = [];
    await new Promise<void>((resolve) => {
      receiver.subscribe(
        {
          processMessage: async ({ body }) => {
            held.push(body);
            if (held.length === 3) resolve();
            await new Promise(() => undefined);
          },
          processError: async () => undefined,
        },
        { maxConcurrentCalls: 3, autoCompleteMessages: false },
      );
    });
    await receiver.close();
    const next = bus.client.createReceiver('jobs', UNRENEWED);
    expect(await receiveOne(next)).toMatchObject({ body: 4, deliveryCount: 0 });
    await bus.faults.order({ kind: 'lock-expiry', target: 'jobs' });
    const again = [];
    while (again.length < 4) again.push(await receiveOne(next));
    expect(again.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual(
      [1, 2, 3, 4].map((body) => [body, 1]),
    );
  });

  it('a message of a session that is accepted as its receiver leaves: it does not come again', async () => {
    await bus.send('sessions', { body: 1, sessionId: 'a' }, { body: 2, sessionId: 'a' });
    await acceptAndLeave(await connect('sessions'), 'sessions', 'a');
    const next = await bus.client.acceptSession('sessions', 'a', UNRENEWED);
    expect(await next.receiveMessages(1)).toMatchObject([{ body: 2 }]);
  });

  it('two receivers racing for one session: one has it, the other is told at once that it cannot', async () => {
    const [one, other] = [await connect('sessions'), await connect('sessions')];
    for (let round = 0; round < 10; round += 1) {
      const racing = [one, other].map((raw) => wishForSession(raw, 'sessions', `session-${round}`));
      const outcomes = await Promise.all(racing.map(({ answered }) => answered));
      expect(outcomes.toSorted()).toEqual(['com.microsoft:session-cannot-be-locked', undefined]);
    }
  });

  it('two receivers racing for the next session: one has it, the other waits until it is closed', async () => {
    const [one, other] = [await connect('sessions'), await connect('sessions')];
    await bus.send('sessions', { body: 1, sessionId: 'a' });
    const racing = [one, other].map((raw) => wishForSession(raw, 'sessions', null));
    await Promise.race(racing.map(({ answered }) => answered));
    for (const raw of [one, other]) await raw.putToken(`sb://127.0.0.1:${bus.port}/sessions`, bus.key);
    expect(racing.map((wish) => wish.isAnswered()).toSorted()).toEqual([false, true]);
    const [first, second] = racing.toSorted((a, b) => Number(b.isAnswered()) - Number(a.isAnswered()));
    await first!.close();
    expect(await second!.answered).toBeUndefined();
  });
});

/** A message that is so many bytes long when it is encoded. */
function encoded(bytes: number): Buffer {
  return ofLength(bytes, (bodyBytes) =>
    rhea.message.encode({ message_id: randomUUID(), body: rhea.message.data_section(Buffer.alloc(bodyBytes, 'x')) }),
  );
}

/** A batch of some messages that is so many bytes long when it is encoded. */
function batchOf(bytes: number): Buffer {
  const others = Array.from({ length: BATCH_COUNT - 1 }, () => encoded(Math.floor(bytes / BATCH_COUNT)));
  return ofLength(bytes, (lastBytes) =>
    rhea.message.encode({ body: rhea.message.data_sections([...others, encoded(lastBytes)]) }),
  );
}

/** What is made with as much content as gives it the length. */
function ofLength(bytes: number, make: (contentBytes: number) => Buffer): Buffer {
  const tried = bytes - Math.floor(bytes / 2);
  return make(tried + bytes - make(tried).length);
}
