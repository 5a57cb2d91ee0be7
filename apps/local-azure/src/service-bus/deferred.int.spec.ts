import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import type Long from 'long';
import { MovableClock } from './clock-fixture.js';
import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

/** Locks that are to expire have a queue of their own. */
const BRIEF_LOCK_MS = 400;
const AHEAD_MS = 20_000;

describe('a deferred message', () => {
  let bus: ServiceBusFixture;
  let message: ServiceBusReceivedMessage;

  beforeEach(async () => {
    bus = await ServiceBusFixture.start([], {
      queues: [
        { name: 'jobs', maxDeliveryCount: 3 },
        { name: 'brief', lockDurationMs: BRIEF_LOCK_MS },
      ],
    });
    await bus.send('jobs', { body: 'a' });
    const receiver = jobs();
    message = await receiveOne(receiver);
    await receiver.deferMessage(message, { note: 'later' });
  });

  afterEach(() => bus.dispose());

  const jobs = () => bus.client.createReceiver('jobs', { maxAutoLockRenewalDurationInMs: 0 });
  const deferred = async () => {
    const [found] = await jobs().receiveDeferredMessages(message.sequenceNumber!);
    return found!;
  };
  const until = async (condition: () => Promise<boolean>) => {
    while (!(await condition())) await new Promise(setImmediate);
  };

  it('is given only to who asks for its number, one failure older and with the changed properties', async () => {
    expect(await jobs().receiveMessages(1, { maxWaitTimeInMs: 50 })).toEqual([]);
    expect(await deferred()).toMatchObject({
      body: 'a',
      state: 'deferred',
      deliveryCount: 1,
      applicationProperties: { note: 'later' },
    });
  });

  it('is seen by peeking', async () => {
    expect(await jobs().peekMessages(5)).toMatchObject([{ body: 'a', state: 'deferred' }]);
  });

  it('is gone when it is completed, also after a restart', async () => {
    const receiver = jobs();
    await receiver.completeMessage(await deferred());
    await expect(deferred()).rejects.toThrow(/Failed to find the message/);
    await bus.restart();
    expect(await jobs().peekMessages(5)).toEqual([]);
  });

  it('is refused while it is locked, and is deferred again when it is abandoned', async () => {
    const receiver = jobs();
    const locked = await deferred();
    await expect(deferred()).rejects.toThrow(/Failed to find the message/);
    await receiver.abandonMessage(locked);
    expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: 50 })).toEqual([]);
    expect(await deferred()).toMatchObject({ state: 'deferred', deliveryCount: 2 });
  });

  it('stays locked for as long as its lock is renewed', async () => {
    const receiver = jobs();
    const locked = await deferred();
    const firstEndMs = locked.lockedUntilUtc!.getTime();
    const clock = new MovableClock();
    try {
      clock.advance(AHEAD_MS);
      expect((await receiver.renewMessageLock(locked)).getTime()).toBeGreaterThanOrEqual(firstEndMs + AHEAD_MS);
      await expect(deferred()).rejects.toThrow(/Failed to find the message/);
    } finally {
      clock.restore();
    }
  });

  it('is deferred again when its lock expires', async () => {
    await bus.send('brief', { body: 'b' });
    const receiver = bus.client.createReceiver('brief', { maxAutoLockRenewalDurationInMs: 0 });
    const sequence = await deferInTime(receiver);
    const [locked] = await receiver.receiveDeferredMessages(sequence);
    const deliveryCount = locked!.deliveryCount! + 1;
    const peek = () => receiver.peekMessages(1, { fromSequenceNumber: sequence });
    await until(async () => (await peek())[0]!.deliveryCount === deliveryCount);
    const [again] = await receiver.receiveDeferredMessages(sequence);
    expect(again).toMatchObject({ body: 'b', state: 'deferred', deliveryCount });
    await expect(receiver.completeMessage(locked!)).rejects.toMatchObject({ code: 'MessageLockLost' });
  });

  /** Takes a message again where it was not deferred before its lock expired. */
  async function deferInTime(receiver: ServiceBusReceiver): Promise<Long> {
    for (;;) {
      const taken = await receiveOne(receiver);
      try {
        await receiver.deferMessage(taken);
        return taken.sequenceNumber!;
      } catch (error) {
        if ((error as { code?: string }).code !== 'MessageLockLost') throw error;
      }
    }
  }

  it('can be deferred again and dead-lettered', async () => {
    const receiver = jobs();
    await receiver.deferMessage(await deferred());
    await receiver.deadLetterMessage(await deferred(), {
      deadLetterReason: 'unwanted',
      deadLetterErrorDescription: '',
    });
    const dead = bus.client.createReceiver('jobs', { subQueueType: 'deadLetter' });
    expect(await receiveOne(dead)).toMatchObject({ state: 'active', deadLetterReason: 'unwanted', deliveryCount: 2 });
  });

  it('is removed at once for a receiver that deletes', async () => {
    const deleting = bus.client.createReceiver('jobs', { receiveMode: 'receiveAndDelete' });
    const [found] = await deleting.receiveDeferredMessages([message.sequenceNumber!]);
    expect(found!.body).toBe('a');
    expect(await jobs().peekMessages(5)).toEqual([]);
  });

  it('stays deferred over a restart', async () => {
    await bus.restart();
    expect(await jobs().receiveMessages(1, { maxWaitTimeInMs: 50 })).toEqual([]);
    expect(await deferred()).toMatchObject({ body: 'a', state: 'deferred', deliveryCount: 1 });
  });
});
