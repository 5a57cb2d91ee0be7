import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

const LONG_AGO = 'P10675199DT2H48M5.4775807S';

describe('what an entity is set to over the administration', () => {
  let bus: ServiceBusFixture;

  beforeAll(async () => {
    bus = await ServiceBusFixture.start([
      { name: 'orders', subscriptions: [{ name: 'strict', requiresSession: true }] },
    ]);
  });

  afterAll(() => bus.dispose());

  it('gives a queue sessions, which it shows and keeps', async () => {
    const admin = bus.administration();
    expect(await admin.createQueue('by-session', { requiresSession: true })).toMatchObject({ requiresSession: true });
    await bus.restart();
    await bus.send('by-session', { body: 1, sessionId: 'a' });
    const session = await bus.client.acceptSession('by-session', 'a');
    expect(await receiveOne(session)).toMatchObject({ body: 1 });
    await session.close();
    await expect(bus.send('by-session', { body: 2 })).rejects.toMatchObject({ retryable: false });
    const after = bus.administration();
    expect(await after.getQueue('by-session')).toMatchObject({ requiresSession: true });
    await after.deleteQueue('by-session');
  });

  it('shows that a declared subscription has sessions, and still does after another change', async () => {
    const shown = await bus.administration().getSubscription('orders', 'strict');
    expect(shown.requiresSession).toBe(true);
    await bus.administration().updateSubscription({ ...shown, maxDeliveryCount: 7 });
    await bus.restart();
    expect(await bus.administration().getSubscription('orders', 'strict')).toMatchObject({
      requiresSession: true,
      maxDeliveryCount: 7,
    });
  });

  it('gives messages of a queue a time to live, after which they are dead-lettered where it says so', async () => {
    const made = { defaultMessageTimeToLive: 'PT1S', deadLetteringOnMessageExpiration: true };
    expect(await bus.administration().createQueue('brief', made)).toMatchObject(made);
    await bus.send('brief', { body: 'late', timeToLive: 60_000 });
    const dead = bus.client.createReceiver('brief', { subQueueType: 'deadLetter' });
    expect(await receiveOne(dead)).toMatchObject({ body: 'late', deadLetterReason: 'TTLExpiredException' });
    await bus.administration().deleteQueue('brief');
  });

  it('gives messages of a topic a time to live in every subscription', async () => {
    const admin = bus.administration();
    const made = await admin.createTopic('news', { defaultMessageTimeToLive: 'PT1S' });
    expect(made.defaultMessageTimeToLive).toBe('PT1S');
    const expiring = { deadLetteringOnMessageExpiration: true };
    const subscription = await admin.createSubscription('news', 'all', expiring);
    expect(subscription).toMatchObject({ ...expiring, defaultMessageTimeToLive: LONG_AGO });
    await bus.restart();
    await bus.send('news', { body: 'old' });
    const dead = bus.client.createReceiver('news', 'all', { subQueueType: 'deadLetter' });
    expect(await receiveOne(dead)).toMatchObject({ body: 'old', deadLetterReason: 'TTLExpiredException' });
    await bus.administration().deleteTopic('news');
  });

  it('dead-letters a message that a filter fails on, or drops it', async () => {
    const admin = bus.administration();
    await admin.createTopic('shares');
    const defaultRuleOptions = { name: 'part', filter: { sqlExpression: '10 / lots > 1' } };
    await admin.createSubscription('shares', 'keeping', { defaultRuleOptions });
    const dropping = { deadLetteringOnFilterEvaluationExceptions: false, defaultRuleOptions };
    expect(await admin.createSubscription('shares', 'dropping', dropping)).toMatchObject({
      deadLetteringOnFilterEvaluationExceptions: false,
    });
    await bus.send('shares', { body: 'bad', applicationProperties: { lots: 0 } });
    await bus.send('shares', { body: 'good', applicationProperties: { lots: 2 } });
    const dead = bus.client.createReceiver('shares', 'keeping', { subQueueType: 'deadLetter' });
    expect(await receiveOne(dead)).toMatchObject({ body: 'bad', deadLetterReason: 'FilterEvaluationException' });
    for (const name of ['keeping', 'dropping']) {
      expect(await receiveOne(bus.client.createReceiver('shares', name))).toMatchObject({ body: 'good' });
    }
    const counts = await admin.getSubscriptionRuntimeProperties('shares', 'dropping');
    expect(counts).toMatchObject({ totalMessageCount: 1, deadLetterMessageCount: 0 });
    await admin.deleteTopic('shares');
  });

  it('keeps the authorization rules of queues and topics, and makes the keys that are not given', async () => {
    const admin = bus.administration();
    const key = Buffer.alloc(32, 7).toString('base64');
    const given = { claimType: 'SharedAccessKey', keyName: 'sender', accessRights: ['Send' as const] };
    const queue = await admin.createQueue('guarded', {
      authorizationRules: [{ ...given, primaryKey: key, secondaryKey: key }],
    });
    expect(queue.authorizationRules).toEqual([{ ...given, primaryKey: key, secondaryKey: key }]);
    await bus.restart();
    const after = bus.administration();
    expect((await after.getQueue('guarded')).authorizationRules).toEqual(queue.authorizationRules);
    const topic = await after.createTopic('guarded-topic', { authorizationRules: [given] });
    expect(Buffer.from(topic.authorizationRules![0]!.primaryKey!, 'base64')).toHaveLength(32);
    const again = await after.updateTopic(topic);
    expect(again.authorizationRules).toEqual(topic.authorizationRules);
    await after.deleteQueue('guarded');
    await after.deleteTopic('guarded-topic');
  });

  it.each([
    [
      'more rights than it has',
      { authorizationRules: [{ claimType: 'SharedAccessKey', keyName: 'k', accessRights: ['Manage' as const] }] },
    ],
    ['a lock of more than five minutes', { lockDuration: 'PT5M1S' }],
    ['to be idle for less than five minutes', { autoDeleteOnIdle: 'PT4M59S' }],
    ['a duplicate window of more than a week', { duplicateDetectionHistoryTimeWindow: 'P7DT1S' }],
    ['a size that is none of the service', { maxSizeInMegabytes: 1_000 }],
    ['a message size that is none of the service', { maxMessageSizeInKilobytes: 300 }],
    ['more deliveries than 2 000', { maxDeliveryCount: 2_001 }],
    ['to forward to what is not there', { forwardTo: 'nobody' }],
    ['to forward to itself', { forwardTo: 'refused' }],
    ['to forward although it has sessions', { forwardTo: 'orders', requiresSession: true }],
  ])('is refused a queue %s', async (_, options) => {
    await expect(bus.administration().createQueue('refused', options)).rejects.toMatchObject({ statusCode: 400 });
    expect(await bus.administration().queueExists('refused')).toBe(false);
  });

  it('cannot change whether there are sessions or duplicates are detected', async () => {
    const admin = bus.administration();
    const queue = await admin.createQueue('fixed', { requiresDuplicateDetection: true });
    await expect(admin.updateQueue({ ...queue, requiresSession: true })).rejects.toMatchObject({ statusCode: 400 });
    await expect(admin.updateQueue({ ...queue, requiresDuplicateDetection: false })).rejects.toMatchObject({
      statusCode: 400,
    });
    await admin.deleteQueue('fixed');
  });
});
