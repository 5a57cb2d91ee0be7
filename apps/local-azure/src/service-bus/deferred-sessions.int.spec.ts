import type { ServiceBusSessionReceiver } from '@azure/service-bus';
import type Long from 'long';
import { MovableClock } from './clock-fixture.js';
import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

const LOCK_MS = 60_000;

describe('a message that is deferred in a session', () => {
  let bus: ServiceBusFixture;
  let session: ServiceBusSessionReceiver;
  let sequence: Long;

  beforeEach(async () => {
    const queues = [{ name: 'jobs', requiresSession: true }];
    bus = await ServiceBusFixture.start([], { queues, lockDurationMs: LOCK_MS });
    await bus.send('jobs', { body: 1, sessionId: 'a' }, { body: 2, sessionId: 'a' }, { body: 3, sessionId: 'b' });
    session = await accept('a');
    const message = await receiveOne(session);
    await session.deferMessage(message, { note: 'later' });
    sequence = message.sequenceNumber!;
  });

  afterEach(() => bus.dispose());

  const accept = (id: string) => bus.client.acceptSession('jobs', id, { maxAutoLockRenewalDurationInMs: 0 });

  it('is left out of the order and given to who asks for its number in the session', async () => {
    expect(await receiveOne(session)).toMatchObject({ body: 2 });
    const [deferred] = await session.receiveDeferredMessages(sequence);
    expect(deferred).toMatchObject({
      body: 1,
      state: 'deferred',
      deliveryCount: 1,
      applicationProperties: { note: 'later' },
    });
    await expect(session.receiveDeferredMessages(sequence)).rejects.toThrow(/Failed to find the message/);
    await session.completeMessage(deferred!);
    expect(await session.peekMessages(5)).toMatchObject([{ body: 2 }]);
  });

  it('is not found in another session', async () => {
    const other = await accept('b');
    await expect(other.receiveDeferredMessages(sequence)).rejects.toThrow(/Failed to find the message/);
  });

  it('is deferred again, uncounted, when the receiver that has it closes', async () => {
    await session.receiveDeferredMessages(sequence);
    await session.close();
    const next = await accept('a');
    expect(await receiveOne(next)).toMatchObject({ body: 2 });
    expect((await next.receiveDeferredMessages(sequence))[0]).toMatchObject({ body: 1, deliveryCount: 1 });
  });

  it('is deferred again, one failure older, when it is abandoned', async () => {
    const [deferred] = await session.receiveDeferredMessages(sequence);
    await session.abandonMessage(deferred!, { note: 'again' });
    const [again] = await session.receiveDeferredMessages(sequence);
    expect(again).toMatchObject({ state: 'deferred', deliveryCount: 2, applicationProperties: { note: 'again' } });
  });

  it('is dead-lettered from there', async () => {
    const [deferred] = await session.receiveDeferredMessages(sequence);
    await session.deadLetterMessage(deferred!, {
      deadLetterReason: 'unwanted',
      deadLetterErrorDescription: '',
      why: 'test',
    });
    const dead = bus.client.createReceiver('jobs', { subQueueType: 'deadLetter' });
    const reasons = { deadLetterReason: 'unwanted', applicationProperties: { note: 'later', why: 'test' } };
    expect(await receiveOne(dead)).toMatchObject({ body: 1, ...reasons });
  });

  it('is refused once the lock of the session has expired', async () => {
    const clock = new MovableClock();
    try {
      clock.advance(LOCK_MS);
      await expect(session.receiveDeferredMessages(sequence)).rejects.toMatchObject({ code: 'SessionLockLost' });
    } finally {
      clock.restore();
    }
  });

  it('stays in its session over a restart', async () => {
    await bus.restart();
    session = await accept('a');
    expect(await receiveOne(session)).toMatchObject({ body: 2 });
    expect((await session.receiveDeferredMessages(sequence))[0]).toMatchObject({ body: 1, state: 'deferred' });
  });

  it('is removed at once for a receiver that deletes', async () => {
    await session.close();
    const deleting = await bus.client.acceptSession('jobs', 'a', { receiveMode: 'receiveAndDelete' });
    expect((await deleting.receiveDeferredMessages(sequence))[0]).toMatchObject({ body: 1 });
    expect(await deleting.peekMessages(5)).toMatchObject([{ body: 2 }]);
  });
});
