import { ServiceBusFixture } from './service-bus-fixture.js';

/** Renewed by the SDK when half of it is over. */
const LOCK_MS = 8_000;
const QUEUES = [
  { name: 'jobs', lockDurationMs: LOCK_MS },
  { name: 'steps', requiresSession: true, lockDurationMs: LOCK_MS },
];

describe('a lock that the SDK renews by itself', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    bus = await ServiceBusFixture.start([], { queues: QUEUES });
  });

  afterEach(() => bus.dispose());

  it('is held for longer than it lasts, of a message and of a session', async () => {
    await bus.send('jobs', { body: 'job' });
    await bus.send('steps', { body: 'step', sessionId: 'a' });
    const job = bus.client.createReceiver('jobs', { maxAutoLockRenewalDurationInMs: 10 * LOCK_MS });
    const session = await bus.client.acceptSession('steps', 'a', { maxAutoLockRenewalDurationInMs: 10 * LOCK_MS });
    const [[message], [step]] = await Promise.all([job.receiveMessages(1), session.receiveMessages(1)]);
    const ends = [message!.lockedUntilUtc!.getTime(), session.sessionLockedUntilUtc.getTime()];
    while (Date.now() <= Math.max(...ends)) await new Promise((resolve) => setTimeout(resolve, 20));
    await job.completeMessage(message!);
    await session.completeMessage(step!);
    expect(await bus.client.createReceiver('jobs').peekMessages(1)).toEqual([]);
    expect(await session.peekMessages(1)).toEqual([]);
  });
});
