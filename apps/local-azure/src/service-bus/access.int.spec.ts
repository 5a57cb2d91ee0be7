import { RawClient } from './raw-client-fixture.js';
import { ServiceBusFixture } from './service-bus-fixture.js';

const TOPICS = [{ name: 'orders', subscriptions: [{ name: 'ledger' }] }];

const LEDGER = 'orders/Subscriptions/ledger';

describe('access to entities', () => {
  let bus: ServiceBusFixture;

  beforeAll(async () => {
    bus = await ServiceBusFixture.start(TOPICS);
  });

  afterAll(() => bus.dispose());

  it('refuses a wrong key', async () => {
    const stranger = bus.connect(Buffer.alloc(32, 1).toString('base64'));
    const unauthorized = { errors: [{ code: 'UnauthorizedAccess' }, { code: 'UnauthorizedAccess' }] };
    await expect(stranger.createSender('orders').sendMessages({ body: 1 })).rejects.toMatchObject(unauthorized);
    const receiver = stranger.createReceiver('orders', 'ledger');
    await expect(receiver.receiveMessages(1, { maxWaitTimeInMs: 100 })).rejects.toMatchObject(unauthorized);
    await expect(receiver.peekMessages(1)).rejects.toMatchObject(unauthorized);
  });

  it('refuses a link for which no token was given', async () => {
    const raw = await RawClient.connect(bus.port);
    expect(await raw.refusal(LEDGER)).toBe('amqp:unauthorized-access');
    await raw.putToken(`sb://127.0.0.1:${bus.port}/${LEDGER}`, bus.key);
    expect(await raw.refusal('orders/Subscriptions/nobody')).toBe('amqp:unauthorized-access');
    await raw.close();
  });

  it('refuses a session on a subscription without sessions', async () => {
    const raw = await RawClient.connect(bus.port);
    await raw.putToken(`sb://127.0.0.1:${bus.port}/${LEDGER}`, bus.key);
    const filter = { 'com.microsoft:session-filter': 's' };
    expect(await raw.refusal(LEDGER, filter)).toBe('amqp:not-allowed');
    await raw.close();
  });

  it.each([
    ['topic', () => bus.client.createSender('nobody').sendMessages({ body: 1 })],
    ['subscription', () => bus.client.createReceiver('orders', 'nobody').receiveMessages(1, { maxWaitTimeInMs: 100 })],
    ['management', () => bus.client.createReceiver('orders', 'nobody').peekMessages(1)],
  ])('does not find an unknown %s, and is not asked again', async (_, use) => {
    await expect(use()).rejects.toMatchObject({ code: 'MessagingEntityNotFound', retryable: false });
  });

  it('finds entities whatever the case of their names', async () => {
    await bus.client.createSender('ORDERS').sendMessages({ body: 'a' });
    expect(await bus.receiveAll('Orders', 'Ledger')).toHaveLength(1);
  });

  it('refuses to receive from a topic', async () => {
    const receiver = bus.client.createReceiver('orders');
    await expect(receiver.receiveMessages(1, { maxWaitTimeInMs: 100 })).rejects.toThrow(/Nothing can be received/);
  });
});
