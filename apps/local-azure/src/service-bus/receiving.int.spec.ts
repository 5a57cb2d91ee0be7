import Long from 'long';
import { MovableClock } from './clock-fixture.js';
import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

const TOPICS = [{ name: 'orders', subscriptions: [{ name: 'ledger' }, { name: 'brief', lockDurationMs: 400 }] }];
const LOCK_DURATION_MS = 60_000;

describe('receiving from a subscription', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    bus = await ServiceBusFixture.start(TOPICS, { lockDurationMs: LOCK_DURATION_MS, maxDeliveryCount: 3 });
  });

  afterEach(() => bus.dispose());

  /** Locks are left to expire unless a test renews them. */
  const receiver = () => bus.client.createReceiver('orders', 'ledger', { maxAutoLockRenewalDurationInMs: 0 });
  const deadLetters = () => bus.client.createReceiver('orders', 'ledger', { subQueueType: 'deadLetter' });

  it('hides a message while it is locked, and forgets it when it is completed', async () => {
    await bus.send('orders', { body: 'a' });
    const [one, two] = [receiver(), receiver()];
    const message = await receiveOne(one);
    expect(await two.receiveMessages(1, { maxWaitTimeInMs: 100 })).toEqual([]);
    await one.completeMessage(message);
    await bus.restart();
    expect(await bus.receiveAll('orders', 'ledger')).toEqual([]);
  });

  it('gives an abandoned message again, in its place, one failure older and with the changed properties', async () => {
    const [first, second] = ['first', 'second'].map((body) => ({
      body,
      applicationProperties: { kept: 1, changed: 1 },
    }));
    await bus.send('orders', first!, second!);
    const one = receiver();
    await one.abandonMessage(await receiveOne(one), { changed: 2, added: 'x' });
    const again = await receiveOne(one);
    expect(again).toMatchObject({ body: 'first', deliveryCount: 1 });
    expect(again.applicationProperties).toEqual({ kept: 1, changed: 2, added: 'x' });
    expect(await receiveOne(one)).toMatchObject({ body: 'second', deliveryCount: 0 });
  });

  it('moves a dead-lettered message to the dead-letter queue with reason, description and properties', async () => {
    await bus.send('orders', { body: 'a', messageId: 'm' });
    const one = receiver();
    const why = { deadLetterReason: 'unreadable', deadLetterErrorDescription: 'no type', extra: 7 };
    await one.deadLetterMessage(await receiveOne(one), why);
    expect(await one.receiveMessages(1, { maxWaitTimeInMs: 100 })).toEqual([]);
    await bus.restart();
    const dead = deadLetters();
    const message = await receiveOne(dead);
    expect(message).toMatchObject({ body: 'a', messageId: 'm', ...reasonOf(why), applicationProperties: { extra: 7 } });
    await expect(dead.deadLetterMessage(message)).rejects.toThrow(/cannot be dead-lettered again/);
  });

  it('gives a dead letter out until it is completed, without counting', async () => {
    await bus.send('orders', { body: 'a' });
    const one = receiver();
    await one.deadLetterMessage(await receiveOne(one));
    const dead = deadLetters();
    for (let time = 0; time < 5; time += 1) await dead.abandonMessage(await receiveOne(dead));
    const message = await receiveOne(dead);
    expect(message.deliveryCount).toBe(0);
    await dead.completeMessage(message);
    expect(await dead.receiveMessages(1, { maxWaitTimeInMs: 100 })).toEqual([]);
  });

  it('gives a message again when its lock expires, one failure older, and refuses the late settlement', async () => {
    await bus.send('orders', { body: 'a' });
    const brief = () => bus.client.createReceiver('orders', 'brief', { maxAutoLockRenewalDurationInMs: 0 });
    const one = brief();
    const late = await receiveOne(one);
    const again = await receiveOne(brief());
    expect(again.deliveryCount).toBe(1);
    expect(again.lockedUntilUtc!.getTime()).toBeGreaterThan(late.lockedUntilUtc!.getTime());
    await expect(one.completeMessage(late)).rejects.toMatchObject({ code: 'MessageLockLost' });
    await expect(one.renewMessageLock(late)).rejects.toMatchObject({ code: 'MessageLockLost' });
  });

  it('keeps a message locked for as long as its lock is renewed', async () => {
    await bus.send('orders', { body: 'a' });
    const one = receiver();
    const message = await receiveOne(one);
    const clock = new MovableClock();
    try {
      for (let time = 0; time < 10; time += 1) {
        clock.advance(LOCK_DURATION_MS / 2);
        expect((await one.renewMessageLock(message)).getTime()).toBeGreaterThan(Date.now() + LOCK_DURATION_MS / 2);
      }
      expect(await receiver().receiveMessages(1, { maxWaitTimeInMs: 50 })).toEqual([]);
      await one.completeMessage(message);
      expect(await bus.receiveAll('orders', 'ledger')).toEqual([]);
    } finally {
      clock.restore();
    }
  });

  it('dead-letters a message that failed the permitted number of times', async () => {
    await bus.send('orders', { body: 'a' });
    const one = receiver();
    for (const deliveryCount of [0, 1, 2]) {
      const message = await receiveOne(one);
      expect(message.deliveryCount).toBe(deliveryCount);
      await one.abandonMessage(message);
    }
    expect(await receiveOne(deadLetters())).toMatchObject({
      deliveryCount: 3,
      deadLetterReason: 'MaxDeliveryCountExceeded',
      deadLetterErrorDescription: 'Message could not be consumed after 3 delivery attempts.',
    });
  });

  it('keeps what is unsettled, and how often it failed, over a restart', async () => {
    await bus.send('orders', { body: 'failed' }, { body: 'locked' });
    const one = receiver();
    for (let time = 0; time < 2; time += 1) await one.abandonMessage(await receiveOne(one));
    await receiveOne(one);
    await receiveOne(one);
    await bus.restart();
    const again = await bus.receiveAll('orders', 'ledger');
    expect(again.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual([
      ['failed', 2],
      ['locked', 0],
    ]);
  });

  it('settles after the link that delivered is closed', async () => {
    await bus.send('orders', { body: 'complete' }, { body: 'abandon' }, { body: 'dead' });
    const one = receiver();
    const messages = [await receiveOne(one), await receiveOne(one), await receiveOne(one)] as const;
    await one.close();
    const two = receiver();
    await two.completeMessage(messages[0]);
    await two.abandonMessage(messages[1], { note: 'later' });
    await two.deadLetterMessage(messages[2], { deadLetterReason: 'r', deadLetterErrorDescription: 'd' });
    await expect(two.completeMessage(messages[0])).rejects.toMatchObject({ code: 'MessageLockLost' });
    expect(await receiveOne(two)).toMatchObject({ body: 'abandon', applicationProperties: { note: 'later' } });
    expect(await receiveOne(deadLetters())).toMatchObject({ body: 'dead', deadLetterReason: 'r' });
  });

  it('receives and deletes', async () => {
    await bus.send('orders', { body: 1 }, { body: 2 }, { body: 3 });
    const deleting = bus.client.createReceiver('orders', 'ledger', { receiveMode: 'receiveAndDelete' });
    const messages = await deleting.receiveMessages(3, { maxWaitTimeInMs: 2_000 });
    expect(messages.map(({ body }) => body as number)).toEqual([1, 2, 3]);
    expect(await deleting.receiveMessages(1, { maxWaitTimeInMs: 50 })).toEqual([]);
    await bus.restart();
    expect(await bus.receiveAll('orders', 'ledger')).toEqual([]);
  });

  it('shows messages without taking them, dead letters too', async () => {
    await bus.send('orders', { body: 1 }, { body: 2 }, { body: 3 });
    const one = receiver();
    await one.deadLetterMessage(await receiveOne(one));
    const locked = await receiveOne(one);
    const peeked = await receiver().peekMessages(10);
    expect(peeked.map(({ body }) => body as number)).toEqual([2, 3]);
    const after = await receiver().peekMessages(10, { fromSequenceNumber: locked.sequenceNumber!.add(1) });
    expect(after.map(({ body }) => body as number)).toEqual([3]);
    expect((await deadLetters().peekMessages(10)).map(({ body }) => body as number)).toEqual([1]);
    await one.completeMessage(locked);
    const rest = await receiver().peekMessages(10, { fromSequenceNumber: Long.ONE });
    expect(rest.map(({ body }) => body as number)).toEqual([3]);
  });

  function reasonOf({ deadLetterReason, deadLetterErrorDescription }: Record<string, unknown>) {
    return { deadLetterReason, deadLetterErrorDescription };
  }
});
