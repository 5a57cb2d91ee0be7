import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import type { FaultOrder } from '../faults/faults.js';
import { receiveOne, ServiceBusFixture } from './service-bus-fixture.js';

const TOPICS = [
  {
    name: 'orders',
    subscriptions: [{ name: 'ledger' }, { name: 'sessions', requiresSession: true }, { name: 'audit' }],
  },
];
const UNRENEWED = { maxAutoLockRenewalDurationInMs: 0 };
const BUSY = { code: 'ServiceBusy', retryable: true };

describe('a fault of the Service Bus', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    bus = await ServiceBusFixture.start(TOPICS, { queues: [{ name: 'jobs' }] });
  });

  afterEach(() => bus.dispose());

  const order = (kind: string, more: Omit<FaultOrder, 'kind'> = {}) => bus.faults.order({ kind, ...more });
  const hits = () => bus.faults.standing().map((fault) => fault.hits);
  const jobs = () => bus.client.createReceiver('jobs', UNRENEWED);

  /** Hears everything that comes; the result has the errors too. */
  function hear(receiver: ServiceBusReceiver) {
    const heard: ServiceBusReceivedMessage[] = [];
    const errors: Error[] = [];
    receiver.subscribe({
      processMessage: async (message) => void heard.push(message),
      processError: async ({ error }) => void errors.push(error),
    });
    return { heard, errors };
  }
  const until = async (check: () => boolean | Promise<boolean>) => {
    while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const settled = (queue: string) =>
    until(async () => (await bus.client.createReceiver(queue).peekMessages(1)).length === 0);
  const bodies = (messages: readonly ServiceBusReceivedMessage[]) => messages.map(({ body }) => body as unknown);

  describe('server-busy', () => {
    it('refuses a send, which the SDK repeats', async () => {
      await order('server-busy', { target: 'jobs', count: 1 });
      await bus.send('jobs', { body: 'a' });
      expect(bodies(await jobs().peekMessages(5))).toEqual(['a']);
      expect(bus.faults.standing()).toEqual([]);
    });

    it('is what the SDK says when it does not pass, of each operation', async () => {
      await bus.send('jobs', { body: 'a' });
      const once = bus.connect(bus.key, bus.port, { maxRetries: 0 });
      const receiver = once.createReceiver('jobs', UNRENEWED);
      const message = await receiveOne(receiver);
      await order('server-busy', { target: 'jobs' });
      await expect(once.createSender('jobs').sendMessages({ body: 'b' })).rejects.toMatchObject(BUSY);
      await expect(receiver.completeMessage(message)).rejects.toMatchObject(BUSY);
      await expect(receiver.peekMessages(1)).rejects.toMatchObject(BUSY);
      const another = once.createReceiver('jobs');
      await expect(another.receiveMessages(1, { maxWaitTimeInMs: 100 })).rejects.toMatchObject(BUSY);
      await bus.send('orders', { body: 'other entities are well' });
      bus.faults.clear();
      // The SDK takes a settlement that failed for one that was made; the message comes again when its lock is over.
      await order('lock-expiry', { target: 'jobs' });
      await receiver.completeMessage(await receiveOne(receiver));
      expect(await receiver.peekMessages(5)).toEqual([]);
    });

    it('befalls the same share of the sends each time', async () => {
      const once = bus.connect(bus.key, bus.port, { maxRetries: 0 });
      const refused = async (seed: number): Promise<number[]> => {
        await order('server-busy', { target: 'orders', percent: 40, seed });
        const sender = once.createSender('orders');
        const numbers = Array.from({ length: 30 }, (_, index) => index);
        const outcomes: boolean[] = [];
        for (const body of numbers)
          outcomes.push(
            await sender.sendMessages({ body }).then(
              () => true,
              () => false,
            ),
          );
        bus.faults.clear();
        return numbers.filter((number) => !outcomes[number]);
      };
      const first = await refused(3);
      expect(first.length).toBeGreaterThan(5);
      expect(first.length).toBeLessThan(20);
      expect(await refused(3)).toEqual(first);
    });
  });

  it('connection-drop cuts the connections to an entity; the SDK connects again and goes on', async () => {
    const { heard } = hear(bus.client.createReceiver('jobs'));
    await bus.send('jobs', { body: 1 });
    await until(() => heard.length === 1);
    await settled('jobs');
    expect(await order('connection-drop', { target: 'orders/ledger' })).toEqual({ hits: 0 });
    expect(await order('connection-drop', { target: 'JOBS' })).toEqual({ hits: 1 });
    const other = bus.connect();
    await other.createSender('jobs').sendMessages({ body: 2 });
    await until(() => bodies(heard).includes(2));
  });

  it('link-detach ends the links to an entity; the SDK attaches again and goes on', async () => {
    const { heard, errors } = hear(bus.client.createReceiver('jobs'));
    const sender = bus.client.createSender('jobs');
    await sender.sendMessages({ body: 1 });
    await until(() => heard.length === 1);
    await settled('jobs');
    expect(await order('link-detach', { target: 'jobs' })).toEqual({ hits: 3 });
    await until(() => errors.length === 1);
    expect(errors).toMatchObject([{ name: 'ServiceBusError', message: expect.stringMatching(/detached by force/) }]);
    await sender.sendMessages({ body: 2 });
    await until(() => bodies(heard).includes(2));
  });

  it('link-detach takes a session from its receiver, for the next one', async () => {
    await bus.send('orders', { body: 1, sessionId: 'a' });
    const first = await bus.client.acceptSession('orders', 'sessions', 'a', UNRENEWED);
    await first.receiveMessages(1);
    expect(await order('link-detach', { target: 'orders/sessions' })).toEqual({ hits: 1 });
    const second = await bus.client.acceptNextSession('orders', 'sessions', UNRENEWED);
    expect(await second.receiveMessages(1)).toMatchObject([{ body: 1, deliveryCount: 0 }]);
    await expect(first.receiveMessages(1)).rejects.toThrow();
  });

  it('slow-settle holds a settlement up, and the lock may be over by then', async () => {
    await bus.send('jobs', { body: 'a' }, { body: 'b' });
    const receiver = jobs();
    const [a, b] = [await receiveOne(receiver), await receiveOne(receiver)];
    await order('slow-settle', { target: 'jobs', delayMs: 300 });
    const startMs = performance.now();
    await receiver.completeMessage(a);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(299);
    const late = receiver.completeMessage(b);
    await until(() => hits()[0] === 2);
    await order('lock-expiry', { target: 'jobs' });
    await expect(late).rejects.toMatchObject({ code: 'MessageLockLost' });
    bus.faults.clear();
    expect(await receiveOne(jobs())).toMatchObject({ body: 'b', deliveryCount: 1 });
  });

  it('a receiver that is closed meanwhile hears that a settlement was made', async () => {
    await bus.send('jobs', { body: 'a' });
    const receiver = jobs();
    const message = await receiveOne(receiver);
    await order('slow-settle', { target: 'jobs', delayMs: 500 });
    const completing = receiver.completeMessage(message);
    await receiver.close();
    await completing;
  });

  it('a receiver of a session that is closed meanwhile hears that it had given up the lock', async () => {
    await bus.send('orders', { body: 'a', sessionId: 's' });
    const receiver = await bus.client.acceptSession('orders', 'sessions', 's');
    const message = await receiveOne(receiver);
    await order('slow-settle', { target: 'orders/sessions', delayMs: 500 });
    const completing = expect(receiver.completeMessage(message)).rejects.toMatchObject({ code: 'SessionLockLost' });
    await receiver.close();
    await completing;
  });

  it('duplicate-delivery answers for a completed message and brings it once more', async () => {
    await bus.send('orders', { body: 'a' });
    await order('duplicate-delivery', { target: 'orders/ledger', count: 1 });
    const { heard } = hear(bus.client.createReceiver('orders', 'ledger'));
    await until(() => heard.length === 2);
    expect(heard.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual([
      ['a', 0],
      ['a', 1],
    ]);
    expect(bodies(await bus.receiveAll('orders', 'audit'))).toEqual(['a']);
  });

  it('lock-expiry ends the locks of messages, which fail once more', async () => {
    await bus.send('jobs', { body: 'a' });
    const receiver = jobs();
    const message = await receiveOne(receiver);
    expect(await order('lock-expiry')).toEqual({ hits: 1 });
    await expect(receiver.completeMessage(message)).rejects.toMatchObject({ code: 'MessageLockLost' });
    await expect(receiver.renewMessageLock(message)).rejects.toMatchObject({ code: 'MessageLockLost' });
    expect(await receiveOne(jobs())).toMatchObject({ body: 'a', deliveryCount: 1 });
  });

  it('lock-expiry ends the locks of sessions', async () => {
    await bus.send('orders', { body: 1, sessionId: 'a' });
    const first = await bus.client.acceptSession('orders', 'sessions', 'a', UNRENEWED);
    const [message] = await first.receiveMessages(1);
    expect(await order('lock-expiry', { target: 'orders/sessions' })).toEqual({ hits: 1 });
    const second = await bus.client.acceptSession('orders', 'sessions', 'a', UNRENEWED);
    expect(await second.receiveMessages(1)).toMatchObject([{ body: 1, deliveryCount: 1 }]);
    await expect(first.completeMessage(message!)).rejects.toMatchObject({ code: 'SessionLockLost' });
  });

  it('pause hands nothing out until it is cleared, and takes what is sent', async () => {
    await order('pause', { target: 'jobs' });
    await order('pause', { target: 'orders/sessions' });
    const { heard } = hear(bus.client.createReceiver('jobs'));
    const session = await bus.client.acceptSession('orders', 'sessions', 'a', UNRENEWED);
    await bus.send('jobs', { body: 1 });
    await bus.send('orders', { body: 2, sessionId: 'a' });
    expect(await jobs().receiveMessages(1, { maxWaitTimeInMs: 100 })).toEqual([]);
    expect(bodies(await bus.receiveAll('orders', 'ledger'))).toEqual([2]);
    expect(bodies(await jobs().peekMessages(5))).toEqual([1]);
    expect(heard).toEqual([]);
    bus.faults.clear();
    await until(() => heard.length === 1);
    expect(bodies(await session.receiveMessages(1))).toEqual([2]);
  });
});
