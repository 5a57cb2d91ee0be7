import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

const KILOBYTE = 1_024;
const ROOM_BYTES = 100 * KILOBYTE;
const text = (kilobytes: number) => 'x'.repeat(kilobytes * KILOBYTE);

describe('the size', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    bus = await ServiceBusFixture.start(
      [{ name: 'orders', subscriptions: [{ name: 'ledger' }, { name: 'audit' }], entityBytesMax: ROOM_BYTES }],
      {
        queues: [
          { name: 'small', entityBytesMax: ROOM_BYTES },
          { name: 'scheduled', entityBytesMax: ROOM_BYTES },
          { name: 'tight', messageBytesMax: KILOBYTE },
        ],
        lockDurationMs: 30_000,
      },
    );
  });

  afterEach(() => bus.dispose());

  const full = { code: 'QuotaExceeded', retryable: false };
  const tooLarge = { code: 'MessageSizeExceeded', retryable: false };
  const bodiesSent = async (queue: string, ...kilobytes: number[]) => {
    for (const each of kilobytes) await bus.send(queue, { body: text(each) });
  };

  it('of a message may be 256 KB, and no more', async () => {
    await bus.administration().createQueue('standard');
    await bodiesSent('standard', 255);
    expect((await receiveOne(bus.client.createReceiver('standard'))).body).toBe(text(255));
    await expect(bodiesSent('standard', 256)).rejects.toMatchObject(tooLarge);
    const batch = await bus.client.createSender('standard').createMessageBatch();
    expect(batch.maxSizeInBytes).toBe(256 * KILOBYTE);
    expect([batch.tryAddMessage({ body: text(200) }), batch.tryAddMessage({ body: text(60) })]).toEqual([true, false]);
  });

  it('of a message may be as large as the entity says, and survives a restart so', async () => {
    const made = await bus.administration().createQueue('large', { maxMessageSizeInKilobytes: 2_048 });
    expect(made.maxMessageSizeInKilobytes).toBe(2_048);
    await bus.restart();
    await bodiesSent('large', 2_000);
    expect((await receiveOne(bus.client.createReceiver('large'))).body).toBe(text(2_000));
    await expect(bodiesSent('large', 2_048)).rejects.toMatchObject(tooLarge);
    const sender = bus.client.createSender('large');
    await sender.scheduleMessages({ body: text(2_000) }, new Date(Date.now() + 3_600_000));
    const batch = await sender.createMessageBatch();
    batch.tryAddMessage({ body: text(1_000) });
    batch.tryAddMessage({ body: text(900) });
    expect(batch.count).toBe(2);
    await expect(sender.sendMessages(batch)).rejects.toMatchObject(tooLarge);
  });

  it('of a scheduled message has the same limit', async () => {
    const sender = bus.client.createSender('tight');
    const later = new Date(Date.now() + 3_600_000);
    await expect(sender.scheduleMessages({ body: text(1) }, later)).rejects.toMatchObject(tooLarge);
    await sender.scheduleMessages({ body: 'x' }, later);
  });

  it('of what a queue holds has a limit; there is room again for as much as is received', async () => {
    await bodiesSent('small', 40, 40);
    await expect(bodiesSent('small', 40)).rejects.toMatchObject(full);
    await bodiesSent('small', 10);
    expect((await bus.administration().getQueueRuntimeProperties('small')).sizeInBytes).toBeGreaterThan(90 * KILOBYTE);
    const receiver = bus.client.createReceiver('small');
    await receiver.completeMessage(await receiveOne(receiver));
    await untilSent('small', 40);
    expect((await bus.administration().getQueueRuntimeProperties('small')).activeMessageCount).toBe(3);
  });

  it('counts what is dead-lettered, and is counted after a restart', async () => {
    await bodiesSent('small', 40, 40);
    const receiver = bus.client.createReceiver('small');
    await receiver.deadLetterMessage(await receiveOne(receiver));
    await bus.restart();
    await expect(bodiesSent('small', 40)).rejects.toMatchObject(full);
    await bodiesSent('small', 10);
  });

  it('counts a message of a topic once, however many hear it, until the last is done', async () => {
    await bodiesSent('orders', 40, 40);
    const { sizeInBytes } = await bus.administration().getTopicRuntimeProperties('orders');
    expect(sizeInBytes).toBeLessThan(ROOM_BYTES);
    await bus.receiveAll('orders', 'ledger');
    await expect(bodiesSent('orders', 40)).rejects.toMatchObject(full);
    await bus.receiveAll('orders', 'audit');
    await untilSent('orders', 40);
  });

  it('counts what is scheduled, which is taken in when it is due', async () => {
    const sender = bus.client.createSender('scheduled');
    await sender.scheduleMessages({ body: text(60) }, new Date(Date.now() + 1_000));
    const later = new Date(Date.now() + 3_600_000);
    await expect(sender.scheduleMessages({ body: text(60) }, later)).rejects.toMatchObject(full);
    await bodiesSent('scheduled', 10);
    const bodies = [];
    const receiver = bus.client.createReceiver('scheduled', { receiveMode: 'receiveAndDelete' });
    while (bodies.length < 2) bodies.push((await receiveOne(receiver)).body as string);
    expect(bodies.map(({ length }) => length / KILOBYTE).sort()).toEqual([10, 60]);
  });

  it('is why a message is not forwarded to what is full', async () => {
    await bodiesSent('small', 80);
    await bus.administration().createQueue('first', { forwardTo: 'small' });
    await bodiesSent('first', 40);
    const receiver = bus.client.createReceiver('first', { subQueueType: 'transferDeadLetter' });
    expect((await receiveOne(receiver)).body).toBe(text(40));
  });

  /** What is full is looked at again once a second. */
  async function untilSent(entity: string, kilobytes: number): Promise<void> {
    for (;;) {
      try {
        return await bodiesSent(entity, kilobytes);
      } catch (error) {
        if ((error as { code?: string }).code !== full.code) throw error;
      }
    }
  }
});
