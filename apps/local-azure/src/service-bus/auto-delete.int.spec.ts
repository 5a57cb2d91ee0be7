import { MovableClock } from './clock-fixture.js';
import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

const MINUTE_MS = 60_000;
const IDLE = { autoDeleteOnIdle: 'PT5M' };

describe('an entity that is deleted when it is idle', () => {
  let bus: ServiceBusFixture;
  let clock: MovableClock;

  beforeEach(async () => {
    clock = new MovableClock();
    bus = await ServiceBusFixture.start([{ name: 'orders', subscriptions: [{ name: 'ledger' }] }], {
      queues: [{ name: 'control' }],
    });
    await bus.administration().createQueue('canary', IDLE);
  });

  afterEach(async () => {
    clock.restore();
    await bus.dispose();
  });

  const admin = () => bus.administration();
  /** Seen on the status page, because the tokens of the administration client last five minutes of real time. */
  const exists = async (name: string) =>
    (await (await fetch(bus.pages.address('status', '127.0.0.1'))).text()).includes(`>${name}<`);
  const gone = async (name: string) => {
    while (await exists(name)) await new Promise(setImmediate);
  };
  /** A queue that nobody uses is gone by then, so that another that is there was looked at too. */
  const idleEntitiesAreGone = () => gone('canary');

  it('is there as long as it says, and gone after', async () => {
    await admin().createSubscription('orders', 'replica', IDLE);
    expect(await admin().getSubscription('orders', 'replica')).toMatchObject({ autoDeleteOnIdle: 'PT5M' });
    clock.advance(4 * MINUTE_MS);
    await admin().updateQueue({ ...(await admin().getQueue('canary')), userMetadata: 'used' });
    clock.advance(MINUTE_MS + 1);
    await gone('orders/replica');
    expect(await exists('canary')).toBe(true);
    expect(await exists('orders/ledger')).toBe(true);
    await expect(
      bus.client.createReceiver('orders', 'replica').receiveMessages(1, { maxWaitTimeInMs: 100 }),
    ).rejects.toMatchObject({ code: 'MessagingEntityNotFound' });
  });

  it('stays while somebody receives, though nothing comes', async () => {
    await admin().createSubscription('orders', 'replica', IDLE);
    const receiver = bus.client.createReceiver('orders', 'replica');
    const bodies: unknown[] = [];
    receiver.subscribe({
      processMessage: async ({ body }) => void bodies.push(body),
      processError: async () => undefined,
    });
    await bus.send('orders', { body: 1 });
    while (bodies.length < 1) await new Promise(setImmediate);
    clock.advance(5 * MINUTE_MS);
    await idleEntitiesAreGone();
    await bus.send('orders', { body: 2 });
    while (bodies.length < 2) await new Promise(setImmediate);
    await receiver.close();
    clock.advance(5 * MINUTE_MS);
    await gone('orders/replica');
  });

  it('goes, as a subscription, though messages come that nobody receives', async () => {
    await admin().createSubscription('orders', 'replica', IDLE);
    clock.advance(5 * MINUTE_MS);
    await bus.send('orders', { body: 1 });
    await gone('orders/replica');
  });

  it.each([
    ['sent to', () => bus.send('used', { body: 1 })],
    ['peeked at', () => bus.client.createReceiver('used').peekMessages(1)],
    ['received from', () => bus.client.createReceiver('used').receiveMessages(1, { maxWaitTimeInMs: 10 })],
  ])('stays as a queue that is %s', async (_, use) => {
    await admin().createQueue('used', IDLE);
    clock.advance(4 * MINUTE_MS);
    await use();
    clock.advance(MINUTE_MS);
    await idleEntitiesAreGone();
    expect(await exists('used')).toBe(true);
  });

  it('shows when it was last used', async () => {
    const { createdAt } = await admin().getQueueRuntimeProperties('canary');
    clock.advance(MINUTE_MS);
    await bus.client.createReceiver('canary').peekMessages(1);
    const { accessedAt } = await admin().getQueueRuntimeProperties('canary');
    expect(accessedAt.getTime() - createdAt.getTime()).toBeGreaterThanOrEqual(MINUTE_MS);
  });

  it('stays as long as something is scheduled for it', async () => {
    await admin().createTopic('later', IDLE);
    const sender = bus.client.createSender('later');
    const [sequence] = await sender.scheduleMessages({ body: 1 }, new Date(Date.now() + 3_600_000));
    clock.advance(5 * MINUTE_MS);
    await idleEntitiesAreGone();
    expect(await exists('later')).toBe(true);
    await sender.cancelScheduledMessages(sequence!);
    await gone('later');
  });

  it('stays, as a topic, while a subscription of it is used', async () => {
    await admin().createTopic('heard', IDLE);
    await admin().createSubscription('heard', 'all');
    clock.advance(4 * MINUTE_MS);
    await bus.client.createReceiver('heard', 'all').peekMessages(1);
    clock.advance(MINUTE_MS);
    await idleEntitiesAreGone();
    expect(await exists('heard')).toBe(true);
  });

  it('stays while somebody waits for a session', async () => {
    await admin().createQueue('sessions', { ...IDLE, requiresSession: true });
    const waiting = bus.client.acceptNextSession('sessions', { maxAutoLockRenewalDurationInMs: 0 });
    await bus.client.createReceiver('control').peekMessages(1);
    while (!(await isUsed('sessions'))) await new Promise(setImmediate);
    clock.advance(5 * MINUTE_MS);
    await idleEntitiesAreGone();
    await bus.send('sessions', { body: 1, sessionId: 'a' });
    const session = await waiting;
    expect(await receiveOne(session)).toMatchObject({ body: 1 });
    await session.close();
  });

  /** Whether it is in use at this moment. */
  async function isUsed(queue: string): Promise<boolean> {
    const askedAtMs = Date.now();
    clock.advance(1);
    return (await admin().getQueueRuntimeProperties(queue)).accessedAt.getTime() > askedAtMs;
  }

  it('goes after a restart too, when nobody comes back to it within a minute', async () => {
    await admin().createSubscription('orders', 'replica', IDLE);
    await admin().createSubscription('orders', 'back', IDLE);
    clock.advance(5 * MINUTE_MS);
    await bus.restart();
    await bus.client.createReceiver('orders', 'back').peekMessages(1);
    clock.advance(MINUTE_MS);
    await gone('orders/replica');
    expect(await exists('orders/back')).toBe(true);
  });

  it('ends the links of those who send to it', async () => {
    const sender = bus.client.createSender('canary');
    await sender.sendMessages({ body: 1 });
    clock.advance(5 * MINUTE_MS);
    await idleEntitiesAreGone();
    await expect(sender.sendMessages({ body: 2 })).rejects.toMatchObject({ code: 'MessagingEntityNotFound' });
  });
});
