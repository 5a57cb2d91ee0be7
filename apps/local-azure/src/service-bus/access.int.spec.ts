import rhea from 'rhea';
import type { AmqpError, EventContext } from 'rhea';
import { ServiceBusFixture } from './service-bus-fixture.js';

const TOPICS = [{ name: 'orders', subscriptions: [{ name: 'ledger' }] }];

describe('access to entities', () => {
  let bus: ServiceBusFixture;

  beforeAll(async () => {
    bus = await ServiceBusFixture.start(TOPICS);
  });

  afterAll(() => bus.dispose());

  it('refuses a wrong key', async () => {
    const stranger = bus.connect(Buffer.alloc(32, 1).toString('base64'));
    const unauthorized = { errors: [{ code: 'UnauthorizedAccess' }, { code: 'UnauthorizedAccess' }] };
    const startMs = performance.now();
    await expect(stranger.createSender('orders').sendMessages({ body: 1 })).rejects.toMatchObject(unauthorized);
    const receiver = stranger.createReceiver('orders', 'ledger');
    await expect(receiver.receiveMessages(1, { maxWaitTimeInMs: 100 })).rejects.toMatchObject(unauthorized);
    await expect(receiver.peekMessages(1)).rejects.toMatchObject(unauthorized);
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  it('refuses a link for which no token was given', async () => {
    const connection = rhea.create_container().connect({ host: '127.0.0.1', port: bus.port, reconnect: false });
    const refused = new Promise<string | undefined>((resolve) => {
      connection.on('receiver_error', ({ receiver }: EventContext) =>
        resolve((receiver!.error as AmqpError | undefined)?.condition),
      );
    });
    connection.open_receiver('orders/Subscriptions/ledger');
    expect(await refused).toBe('amqp:unauthorized-access');
    const closed = new Promise((resolve) => connection.on('connection_close', resolve));
    connection.close();
    await closed;
  });

  it.each([
    ['topic', () => bus.client.createSender('nobody').sendMessages({ body: 1 })],
    ['subscription', () => bus.client.createReceiver('orders', 'nobody').receiveMessages(1, { maxWaitTimeInMs: 100 })],
    ['management', () => bus.client.createReceiver('orders', 'nobody').peekMessages(1)],
  ])('does not find an unknown %s, and is not asked again', async (_, use) => {
    const startMs = performance.now();
    await expect(use()).rejects.toMatchObject({ code: 'MessagingEntityNotFound', retryable: false });
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });

  it('finds entities whatever the case of their names', async () => {
    await bus.client.createSender('ORDERS').sendMessages({ body: 'a' });
    expect(await bus.receiveAll('Orders', 'Ledger')).toHaveLength(1);
  });

  it('refuses to receive from a topic', async () => {
    const receiver = bus.client.createReceiver('orders');
    await expect(receiver.receiveMessages(1, { maxWaitTimeInMs: 100 })).rejects.toThrow(/Nothing can be received/);
  });

  it('refuses a session on a subscription without sessions', async () => {
    await expect(bus.client.acceptSession('orders', 'ledger', 's')).rejects.toThrow();
  });
});
