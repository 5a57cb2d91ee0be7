import { ServiceBusFixture } from './service-bus-fixture.js';

const TOPICS = [
  {
    name: 'orders',
    subscriptions: [{ name: 'ledger' }, { name: 'audit', sqlFilter: "kind = 'placed'" }],
  },
];

describe('administration', () => {
  let bus: ServiceBusFixture;

  beforeAll(async () => {
    bus = await ServiceBusFixture.start(TOPICS);
  });

  afterAll(() => bus.dispose());

  it('describes the namespace', async () => {
    const namespace = await bus.administration().getNamespaceProperties();
    expect(namespace).toMatchObject({ name: '127.0.0.1', messagingSku: 'Standard' });
    expect(namespace.createdAt.getTime()).toBeLessThanOrEqual(Date.now());
  });

  it('creates, describes, changes and deletes a topic', async () => {
    const admin = bus.administration();
    const created = await admin.createTopic('prices/eu', {
      userMetadata: 'a <b> & "c"',
      requiresDuplicateDetection: true,
    });
    expect(created).toMatchObject({ name: 'prices/eu', status: 'Active', requiresDuplicateDetection: true });
    const topic = await admin.getTopic('prices/eu');
    expect(topic).toMatchObject({ userMetadata: 'a <b> & "c"', duplicateDetectionHistoryTimeWindow: 'PT600S' });
    expect(await admin.updateTopic({ ...topic, userMetadata: 'd' })).toMatchObject({ userMetadata: 'd' });
    await admin.deleteTopic('prices/eu');
    expect(await admin.topicExists('prices/eu')).toBe(false);
    await expect(bus.client.createSender('prices/eu').sendMessages({ body: 1 })).rejects.toMatchObject({
      code: 'MessagingEntityNotFound',
    });
  });

  it('creates, describes, changes and deletes a subscription', async () => {
    const admin = bus.administration();
    const created = await admin.createSubscription('orders', 'advice', { maxDeliveryCount: 2, lockDuration: 'PT5M' });
    expect(created).toMatchObject({ topicName: 'orders', subscriptionName: 'advice', maxDeliveryCount: 2 });
    const changed = await admin.updateSubscription({ ...created, maxDeliveryCount: 3 });
    expect(changed).toMatchObject({ maxDeliveryCount: 3, lockDuration: 'PT5M' });
    await bus.send('orders', { body: 'a' });
    const receiver = bus.client.createReceiver('orders', 'advice');
    for (let delivery = 0; delivery < 3; delivery += 1) {
      const [message] = await receiver.receiveMessages(1);
      expect(message!.lockedUntilUtc!.getTime() - Date.now()).toBeGreaterThan(200_000);
      await receiver.abandonMessage(message!);
    }
    const counts = await admin.getSubscriptionRuntimeProperties('orders', 'advice');
    expect(counts).toMatchObject({ totalMessageCount: 1, activeMessageCount: 0, deadLetterMessageCount: 1 });
    await admin.deleteSubscription('orders', 'advice');
    await expect(admin.getSubscription('orders', 'advice')).rejects.toMatchObject({
      code: 'MessageEntityNotFoundError',
    });
  });

  it('creates, describes, changes, lists and deletes a queue', async () => {
    const admin = bus.administration();
    const created = await admin.createQueue('jobs', { maxDeliveryCount: 3, requiresDuplicateDetection: true });
    expect(created).toMatchObject({ name: 'jobs', maxDeliveryCount: 3, lockDuration: 'PT60S' });
    expect(await admin.updateQueue({ ...created, maxDeliveryCount: 5 })).toMatchObject({ maxDeliveryCount: 5 });
    await bus.send('jobs', { body: 1, messageId: 'same' }, { body: 1, messageId: 'same' });
    expect(await admin.getQueueRuntimeProperties('jobs')).toMatchObject({
      totalMessageCount: 1,
      activeMessageCount: 1,
    });
    await expect(admin.createTopic('jobs')).rejects.toMatchObject({ code: 'MessageEntityAlreadyExistsError' });
    await bus.restart();
    const after = bus.administration();
    expect((await after.listQueues().next()).value).toMatchObject({ name: 'jobs', maxDeliveryCount: 5 });
    expect((await bus.client.createReceiver('jobs').receiveMessages(1))[0]).toMatchObject({ body: 1 });
    await after.deleteQueue('jobs');
    expect(await after.queueExists('jobs')).toBe(false);
  });

  it('ends the links of a subscription that is deleted, and keeps the messages of the others', async () => {
    const admin = bus.administration();
    await admin.createSubscription('orders', 'short');
    const error = new Promise<Error>((resolve) => {
      bus.client.createReceiver('orders', 'short').subscribe({
        processMessage: async () => undefined,
        processError: async (args) => resolve(args.error),
      });
    });
    await bus.receiveAll('orders', 'ledger');
    await bus.send('orders', { body: 'kept' });
    await admin.deleteSubscription('orders', 'short');
    expect(await error).toMatchObject({ code: 'MessagingEntityNotFound' });
    const received = await bus.receiveAll('orders', 'ledger');
    expect(received.map(({ body }) => body as string)).toEqual(['kept']);
  });

  it('begins empty when a subscription is deleted and made again', async () => {
    const admin = bus.administration();
    await admin.createSubscription('orders', 'again');
    await bus.send('orders', { body: 'gone' });
    await admin.deleteSubscription('orders', 'again');
    await admin.createSubscription('orders', 'again');
    expect(await admin.getSubscriptionRuntimeProperties('orders', 'again')).toMatchObject({ totalMessageCount: 0 });
    expect(await bus.receiveAll('orders', 'again')).toEqual([]);
    await admin.deleteSubscription('orders', 'again');
  });

  it('counts what a topic and a subscription hold', async () => {
    const admin = bus.administration();
    await bus.receiveAll('orders', 'ledger');
    await bus.send('orders', { body: 'a' }, { body: 'b' });
    const receiver = bus.client.createReceiver('orders', 'ledger');
    const [message] = await receiver.receiveMessages(1);
    expect(await admin.getSubscriptionRuntimeProperties('orders', 'ledger')).toMatchObject({ activeMessageCount: 2 });
    await receiver.deadLetterMessage(message!);
    expect(await admin.getSubscriptionRuntimeProperties('orders', 'ledger')).toMatchObject({
      totalMessageCount: 2,
      activeMessageCount: 1,
      deadLetterMessageCount: 1,
    });
    const topic = await admin.getTopicRuntimeProperties('orders');
    expect(topic.subscriptionCount).toBe(2);
    expect(topic.sizeInBytes).toBeGreaterThan(0);
  });

  it('lists topics and subscriptions in pages', async () => {
    const admin = bus.administration();
    for (const name of ['t1', 't2', 't3', 't4']) await admin.createTopic(name);
    const pages: string[][] = [];
    for await (const page of admin.listTopics().byPage({ maxPageSize: 2 })) pages.push(page.map(({ name }) => name));
    expect(pages).toEqual([['orders', 't1'], ['t2', 't3'], ['t4']]);
    const names: string[] = [];
    for await (const { subscriptionName } of admin.listSubscriptions('orders')) names.push(subscriptionName);
    expect(names).toEqual(['audit', 'ledger']);
    for (const name of ['t1', 't2', 't3', 't4']) await admin.deleteTopic(name);
  });

  it.each([
    ['a topic that is not there', 'MessageEntityNotFoundError', () => bus.administration().getTopic('nobody')],
    [
      'a topic that is there already',
      'MessageEntityAlreadyExistsError',
      () => bus.administration().createTopic('orders'),
    ],
    ['the wrong key', 'UnauthorizedRequestError', () => bus.administration('c2VjcmV0').getTopic('orders')],
    [
      'a filter that is none',
      'ServiceError',
      () => bus.administration().createRule('orders', 'ledger', 'r', { sqlExpression: 'a =' }),
    ],
    [
      'what the service does not have',
      'ServiceError',
      () => bus.administration().createTopic('p', { maxMessageSizeInKilobytes: 1 }),
    ],
  ])('refuses %s', async (_, code, use) => {
    await expect(use()).rejects.toMatchObject({ code });
  });

  it('keeps what was made over the wire after a restart', async () => {
    const admin = bus.administration();
    await admin.createTopic('kept');
    await admin.createSubscription('kept', 'one', { maxDeliveryCount: 4 });
    await admin.createRule('kept', 'one', 'extra', { sqlExpression: 'a = 1' });
    await admin.deleteRule('kept', 'one', '$Default');
    await bus.send('kept', { body: 'no' }, { body: 'yes', applicationProperties: { a: 1 } });
    await bus.restart();
    const after = bus.administration();
    expect(await after.getSubscription('kept', 'one')).toMatchObject({ maxDeliveryCount: 4 });
    await bus.send('kept', { body: 'no' }, { body: 'yes too', applicationProperties: { a: 1 } });
    const received = await bus.receiveAll('kept', 'one');
    expect(received.map(({ body }) => body as string)).toEqual(['yes', 'yes too']);
    await after.deleteTopic('kept');
    await bus.restart();
    expect(await bus.administration().topicExists('kept')).toBe(false);
  });

  it('has what is declared back after a restart, also when it was deleted', async () => {
    await bus.administration().deleteSubscription('orders', 'audit');
    await bus.restart();
    expect(await bus.administration().getRule('orders', 'audit', '$Default')).toMatchObject({
      filter: { sqlExpression: "kind = 'placed'" },
    });
  });
});
