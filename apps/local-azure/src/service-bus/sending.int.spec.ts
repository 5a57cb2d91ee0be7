import { randomUUID } from 'node:crypto';
import Long from 'long';
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
const typed = (type: string) => ({ body: type, messageId: type, applicationProperties: { cloudEvents_type: type } });

describe('sending to a topic', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    bus = await ServiceBusFixture.start(TOPICS, { duplicateDetectionMs: 60_000 });
  });

  afterEach(() => bus.dispose());

  const bodies = async (subscription: string) =>
    (await bus.receiveAll('orders', subscription)).map(({ body }) => body as unknown);

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

  it('gives each subscription its own copy of what its filter lets through', async () => {
    await bus.send('orders', typed('order.placed.v1'), typed('order.filled.v1'), typed('order.ended.v1'));
    expect(await bodies('ledger')).toEqual(['order.placed.v1', 'order.ended.v1']);
    expect(await bodies('audit')).toEqual(['order.placed.v1', 'order.filled.v1', 'order.ended.v1']);
  });

  it('filters by a changed declaration after a restart and keeps what was there', async () => {
    await bus.send('orders', typed('order.placed.v1'));
    const ledger = { name: 'ledger', sqlFilter: "cloudEvents_type = 'order.filled.v1'" };
    await bus.restart([{ name: 'orders', subscriptions: [ledger, { name: 'gateway' }] }]);
    await bus.send('orders', typed('order.filled.v1'), typed('order.ended.v1'));
    expect(await bodies('ledger')).toEqual(['order.placed.v1', 'order.filled.v1']);
    expect(await bodies('gateway')).toEqual(['order.filled.v1', 'order.ended.v1']);
  });

  it('takes a batch whole, in order', async () => {
    const sender = bus.client.createSender('orders');
    const batch = await sender.createMessageBatch();
    for (let body = 0; body < 40; body += 1) expect(batch.tryAddMessage({ body, messageId: `m${body}` })).toBe(true);
    await sender.sendMessages(batch);
    expect(await bodies('audit')).toEqual(Array.from({ length: 40 }, (_, body) => body));
  });

  it('stores nothing of a batch when one of its messages cannot be stored, and takes the rest when sent again', async () => {
    const sender = bus.client.createSender('orders');
    const good = { body: 'good', messageId: 'good' };
    await expect(sender.sendMessages([good, { body: 'bad', messageId: 'bad\0id' }])).rejects.toThrow();
    expect(await bodies('audit')).toEqual([]);
    await sender.sendMessages([good]);
    expect(await bodies('audit')).toEqual(['good']);
  });

  it('drops a second message with the same id, also within a batch and after a restart', async () => {
    const sender = bus.client.createSender('orders');
    await sender.sendMessages([
      { body: 'first', messageId: 'same' },
      { body: 'twin', messageId: 'same' },
    ]);
    await sender.sendMessages({ body: 'second', messageId: 'same' });
    expect(await bodies('audit')).toEqual(['first']);
    await bus.restart();
    await bus.send('orders', { body: 'third', messageId: 'same' }, { body: 'other', messageId: 'other' });
    expect(await bodies('audit')).toEqual(['other']);
  });

  it('gives a message without an id one of its own', async () => {
    await bus.send('orders', { body: 'a' }, { body: 'a' });
    const ids = (await bus.receiveAll('orders', 'audit')).map(({ messageId }) => messageId);
    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('refuses a message above 262 144 bytes', async () => {
    const sender = bus.client.createSender('orders');
    const batch = await sender.createMessageBatch();
    expect(batch.maxSizeInBytes).toBe(262_144);
    await expect(sender.sendMessages({ body: 'x'.repeat(270_000) })).rejects.toMatchObject({
      code: 'MessageSizeExceeded',
    });
    await sender.sendMessages({ body: 'y'.repeat(250_000) });
    expect(await bodies('audit')).toEqual(['y'.repeat(250_000)]);
  });

  it.each([
    ['JSON', { a: [1, null, 'ü'] }, 'data'],
    ['a buffer', Buffer.from([0, 1, 255]), 'data'],
    ['a value', 'text', 'value'],
    ['a value map', { a: 1, b: 'two' }, 'value'],
    ['a sequence', [1, 'two', false], 'sequence'],
  ] as const)('brings the body back as it was: %s', async (_, body, bodyType) => {
    const sender = bus.client.createSender('orders');
    await sender.sendMessages({ body, bodyType });
    const receiver = bus.client.createReceiver('orders', 'audit');
    expect((await receiveOne(receiver)).body).toEqual(body);
  });

  it('brings application properties and message properties back as they were', async () => {
    const applicationProperties = {
      text: 'ü',
      whole: 5,
      negative: -7,
      fraction: 1.25,
      yes: true,
      no: false,
      none: null,
      far: 2 ** 40,
    };
    const properties = {
      messageId: randomUUID(),
      correlationId: 'c',
      subject: 's',
      to: 't',
      replyTo: 'r',
      contentType: 'application/json',
      partitionKey: 'p',
      timeToLive: 60_000,
    };
    const sender = bus.client.createSender('orders');
    await sender.sendMessages({ body: 'b', applicationProperties, ...properties });
    const receiver = bus.client.createReceiver('orders', 'audit');
    const message = await receiveOne(receiver);
    expect(message).toMatchObject(properties);
    expect(message.applicationProperties).toEqual(applicationProperties);
  });

  it('does not deliver a message whose time to live is over', async () => {
    const sender = bus.client.createSender('orders');
    await sender.sendMessages([
      { body: 'short', timeToLive: 1 },
      { body: 'long', timeToLive: 60_000 },
    ]);
    const [short] = await bus.client.createReceiver('orders', 'audit').peekMessages(1);
    const overAtMs = (short?.enqueuedTimeUtc?.getTime() ?? 0) + 1;
    while (Date.now() <= overAtMs) await new Promise(setImmediate);
    expect(await bodies('audit')).toEqual(['long']);
  });

  it('numbers messages on after a restart', async () => {
    await bus.send('orders', { body: 1 });
    const [first] = await bus.receiveAll('orders', 'audit');
    await bus.restart();
    await bus.send('orders', { body: 2 });
    const [second] = await bus.receiveAll('orders', 'audit');
    expect(second!.sequenceNumber!.greaterThan(first!.sequenceNumber ?? Long.ZERO)).toBe(true);
  });

  it('counts what was sent, delivered and settled, by entity', async () => {
    await bus.send('orders', typed('order.placed.v1'), typed('order.filled.v1'));
    await bus.receiveAll('orders', 'ledger');
    const { byEntity, total } = bus.usage.snapshot().serviceBus;
    expect(byEntity['orders']).toMatchObject({ send: { count: 2 } });
    expect(byEntity['orders/ledger']).toMatchObject({ delivery: { count: 1 }, settle: { count: 1 } });
    expect(total).toEqual({ sends: 2, deliveries: 1, operations: 3 });
  });
});
