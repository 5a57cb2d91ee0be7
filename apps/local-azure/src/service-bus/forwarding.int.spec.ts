import type { CreateQueueOptions, ServiceBusReceiver } from '@azure/service-bus';
import Long from 'long';
import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

describe('forwarding', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    bus = await ServiceBusFixture.start([], { queues: [{ name: 'last' }], lockDurationMs: 30_000 });
  });

  afterEach(() => bus.dispose());

  const admin = () => bus.administration();
  const queue = (name: string, options: CreateQueueOptions) => admin().createQueue(name, options);
  const transferDeadLetters = (name: string) => bus.client.createReceiver(name, { subQueueType: 'transferDeadLetter' });
  const take = async (receiver: ServiceBusReceiver, count: number) => {
    const bodies: unknown[] = [];
    while (bodies.length < count) {
      const message = await receiveOne(receiver);
      await receiver.completeMessage(message);
      bodies.push(message.body);
    }
    return bodies;
  };

  it('moves what is sent to a queue on to another, in its order and with its first number', async () => {
    const shown = await queue('first', { forwardTo: 'last' });
    expect(shown.forwardTo).toMatch(/\/last$/);
    const sender = bus.client.createSender('first');
    const bodies = Array.from({ length: 500 }, (_, index) => index);
    await sender.sendMessages(bodies.map((body) => ({ body, applicationProperties: { n: body } })));
    const receiver = bus.client.createReceiver('last');
    const first = await receiveOne(receiver);
    expect(first).toMatchObject({ body: 0, applicationProperties: { n: 0 }, deliveryCount: 0 });
    expect(first.enqueuedSequenceNumber).toBeLessThan(first.sequenceNumber!.toNumber());
    await receiver.completeMessage(first);
    expect(await take(receiver, 499)).toEqual(bodies.slice(1));
    expect(await admin().getQueueRuntimeProperties('first')).toMatchObject({
      totalMessageCount: 0,
      transferMessageCount: 0,
    });
  });

  it('moves what a subscription hears to a topic, as its own rules change it', async () => {
    await admin().createTopic('orders');
    await admin().createTopic('archive');
    await admin().createSubscription('archive', 'all');
    const filter = { sqlExpression: 'size > 10' };
    const action = { sqlExpression: "SET kept = 'yes'" };
    await admin().createSubscription('orders', 'large', {
      forwardTo: 'archive',
      defaultRuleOptions: { name: 'large', filter, action },
    });
    await bus.send('orders', { body: 'small', applicationProperties: { size: 1 } });
    await bus.send('orders', { body: 'large', applicationProperties: { size: 11 } });
    const message = await receiveOne(bus.client.createReceiver('archive', 'all'));
    expect(message).toMatchObject({ body: 'large', applicationProperties: { size: 11, kept: 'yes' } });
  });

  it('moves dead letters on, with where they come from and why they failed', async () => {
    await queue('first', { forwardDeadLetteredMessagesTo: 'last', maxDeliveryCount: 1 });
    await bus.send('first', { body: 'bad', timeToLive: 3_600_000 });
    const receiver = bus.client.createReceiver('first');
    await receiver.abandonMessage(await receiveOne(receiver));
    expect(await receiveOne(bus.client.createReceiver('last'))).toMatchObject({
      body: 'bad',
      deadLetterReason: 'MaxDeliveryCountExceeded',
      deadLetterSource: 'first',
    });
  });

  it('moves what has expired to where dead letters go, where it lives anew', async () => {
    const options = { defaultMessageTimeToLive: 'PT1S', deadLetteringOnMessageExpiration: true };
    await queue('first', { ...options, forwardDeadLetteredMessagesTo: 'last' });
    await bus.send('first', { body: 'late', timeToLive: 1_000 });
    const message = await receiveOne(bus.client.createReceiver('last'));
    expect(message).toMatchObject({ body: 'late', deadLetterReason: 'TTLExpiredException' });
  });

  it('takes place four times at most', async () => {
    await queue('q5', {});
    await queue('q6', {});
    await admin().updateQueue({ ...(await admin().getQueue('q5')), forwardTo: 'q6' });
    for (const hop of [4, 3, 2, 1]) await queue(`q${hop}`, { forwardTo: `q${hop + 1}` });
    await bus.send('q2', { body: 'arrives' });
    expect(await take(bus.client.createReceiver('q6'), 1)).toEqual(['arrives']);
    await bus.send('q1', { body: 'too far' });
    expect(await receiveOne(transferDeadLetters('q5'))).toMatchObject({
      body: 'too far',
      deadLetterReason: 'MaxTransferHopCountExceeded',
    });
    expect(await admin().getQueueRuntimeProperties('q5')).toMatchObject({ transferDeadLetterMessageCount: 1 });
  });

  it.each([
    ['is gone', 'MessagingEntityNotFound', () => admin().deleteQueue('target')],
    [
      'takes no messages',
      'MessagingEntityDisabled',
      async () => admin().updateQueue({ ...(await admin().getQueue('target')), status: 'SendDisabled' }),
    ],
  ])('keeps what cannot go on as transfer dead letters when its target %s', async (_, deadLetterReason, spoil) => {
    await queue('target', {});
    await queue('first', { forwardTo: 'target' });
    await spoil();
    await bus.send('first', { body: 'stuck' });
    const receiver = transferDeadLetters('first');
    const message = await receiveOne(receiver);
    expect(message).toMatchObject({ body: 'stuck', deadLetterReason });
    await bus.restart();
    expect(await take(transferDeadLetters('first'), 1)).toEqual(['stuck']);
  });

  it('keeps what its target refuses as transfer dead letters', async () => {
    await queue('by-session', { requiresSession: true });
    await queue('first', { forwardTo: 'by-session' });
    await bus.send('first', { body: 'of none' }, { body: 'of one', sessionId: 'a' });
    expect(await receiveOne(transferDeadLetters('first'))).toMatchObject({ body: 'of none' });
    const session = await bus.client.acceptSession('by-session', 'a');
    expect(await receiveOne(session)).toMatchObject({ body: 'of one' });
  });

  it('moves what is there already when it is switched on', async () => {
    await queue('first', {});
    await bus.send('first', { body: 1 }, { body: 2 });
    await admin().updateQueue({ ...(await admin().getQueue('first')), forwardTo: 'last' });
    expect(await take(bus.client.createReceiver('last'), 2)).toEqual([1, 2]);
  });

  it('ends the links of those who receive when it is switched on', async () => {
    await queue('first', {});
    const receiver = bus.client.createReceiver('first');
    const error = new Promise<Error>((resolve) => {
      receiver.subscribe({ processMessage: async () => undefined, processError: async (args) => resolve(args.error) });
    });
    await bus.send('first', { body: 'handled' });
    const emptied = async () => (await admin().getQueueRuntimeProperties('first')).totalMessageCount === 0;
    while (!(await emptied())) await new Promise(setImmediate);
    await admin().updateQueue({ ...(await admin().getQueue('first')), forwardTo: 'last' });
    expect((await error).message).toMatch(/auto-forwarding enabled/);
  });

  it('leaves nothing to receive or to peek at', async () => {
    await queue('first', { forwardTo: 'last' });
    const receiver = bus.client.createReceiver('first');
    await expect(receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 })).rejects.toThrow(
      /Cannot create a message receiver on an entity with auto-forwarding enabled/,
    );
    await expect(receiver.peekMessages(1, { fromSequenceNumber: Long.ONE })).rejects.toThrow(
      /Cannot create a message browser on an entity with auto-forwarding enabled/,
    );
  });

  it('moves a scheduled message when it is due', async () => {
    await queue('first', { forwardTo: 'last' });
    const sender = bus.client.createSender('first');
    await sender.scheduleMessages({ body: 'later' }, new Date(Date.now() + 300));
    expect(await take(bus.client.createReceiver('last'), 1)).toEqual(['later']);
  });

  it('goes on after a restart', async () => {
    await queue('first', { forwardTo: 'last' });
    await bus.send('first', { body: 1 });
    await bus.restart();
    await bus.send('first', { body: 2 });
    expect(await take(bus.client.createReceiver('last'), 2)).toEqual([1, 2]);
    expect(await bus.administration().getQueueRuntimeProperties('first')).toMatchObject({ totalMessageCount: 0 });
  });
});
