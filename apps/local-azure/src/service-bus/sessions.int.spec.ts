import { randomUUID } from 'node:crypto';
import type { ServiceBusReceivedMessage, ServiceBusSessionReceiver } from '@azure/service-bus';
import { MovableClock } from './clock-fixture.js';
import { RawClient } from './raw-client-fixture.js';
import { receiveOne, ServiceBusFixture } from './service-bus-fixture.js';

/** Of locks that are left to expire. */
const BRIEF_LOCK_MS = 400;
const LOCK_DURATION_MS = 60_000;
const LEDGER = 'orders/Subscriptions/ledger';
const TOPICS = [
  {
    name: 'orders',
    subscriptions: [
      { name: 'ledger', requiresSession: true },
      { name: 'brief', requiresSession: true, lockDurationMs: BRIEF_LOCK_MS },
      { name: 'audit' },
    ],
  },
];
const QUEUES = [{ name: 'work', requiresSession: true }];
/** Nobody renews unless a test does. */
const UNRENEWED = { maxAutoLockRenewalDurationInMs: 0 };

describe('sessions', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    bus = await ServiceBusFixture.start(TOPICS, { queues: QUEUES, maxDeliveryCount: 3 });
  });

  afterEach(() => bus.dispose());

  const accept = (id: string, from = 'ledger') => bus.client.acceptSession('orders', from, id, UNRENEWED);
  const acceptNext = (from = 'ledger') => bus.client.acceptNextSession('orders', from, UNRENEWED);
  const bodies = (messages: readonly ServiceBusReceivedMessage[]) => messages.map(({ body }) => body as unknown);
  const receive = (session: ServiceBusSessionReceiver, count: number) =>
    session.receiveMessages(count, { maxWaitTimeInMs: 300 });
  const expireLocks = () => bus.faults.order({ kind: 'lock-expiry', target: 'orders/ledger' });
  const deadLetters = () => bus.client.createReceiver('orders', 'ledger', { subQueueType: 'deadLetter' });

  /** Each as `session:body`. */
  async function send(...messages: string[]): Promise<void> {
    const sender = bus.client.createSender('orders');
    await sender.sendMessages(
      messages.map((text) => ({ sessionId: text.split(':')[0]!, body: text.split(':')[1]!, messageId: randomUUID() })),
    );
    await sender.close();
  }

  it('gives the receiver of a session its messages only, in order', async () => {
    await send('a:1', 'b:1', 'a:2', 'a:3');
    const a = await accept('a');
    const found = await receive(a, 10);
    expect(bodies(found)).toEqual(['1', '2', '3']);
    expect(found.every(({ sessionId }) => sessionId === 'a')).toBe(true);
    for (const message of found) await a.completeMessage(message);
    expect(bodies(await receive(await accept('b'), 10))).toEqual(['1']);
  });

  it('accepts a session that has no messages yet and receives what comes', async () => {
    const a = await accept('a');
    expect(a.sessionLockedUntilUtc.getTime()).toBeGreaterThan(Date.now());
    const coming = a.receiveMessages(1, { maxWaitTimeInMs: 30_000 });
    await send('b:1', 'a:1');
    expect(bodies(await coming)).toEqual(['1']);
  });

  it('accepts next the free session whose first message is oldest', async () => {
    await send('b:1', 'a:1', 'c:1', 'b:2');
    const ids = [];
    for (let count = 0; count < 3; count += 1) ids.push((await acceptNext()).sessionId);
    expect(ids).toEqual(['b', 'a', 'c']);
  });

  it('waits for the next session until a message comes', async () => {
    const next = acceptNext();
    const second = acceptNext();
    await send('a:1');
    const one = await Promise.race([next, second]);
    expect(one.sessionId).toBe('a');
    await send('b:1');
    const both = await Promise.all([next, second]);
    expect(both.map(({ sessionId }) => sessionId).sort()).toEqual(['a', 'b']);
  });

  it('says that no session became free when the time is over', async () => {
    const raw = await RawClient.connect(bus.port);
    await raw.putToken(`sb://127.0.0.1:${bus.port}/${LEDGER}`, bus.key);
    const next = { 'com.microsoft:session-filter': null };
    expect(await raw.refusal(LEDGER, next, { 'com.microsoft:timeout': 300 })).toBe('com.microsoft:timeout');
    await raw.close();
    await send('a:1');
    expect((await acceptNext()).sessionId).toBe('a');
  });

  it('refuses a session that another receiver has, at once, and gives it when that one closes', async () => {
    await send('a:1', 'a:2');
    const first = await accept('a');
    await expect(accept('a')).rejects.toMatchObject({ code: 'SessionCannotBeLocked' });
    await first.close();
    expect(bodies(await receive(await accept('a'), 2))).toEqual(['1', '2']);
  });

  it('lets one of two racing receivers have a session', async () => {
    await send('a:1');
    const outcomes = await Promise.allSettled([accept('a'), accept('a')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('puts back what a closed receiver left, in its place and uncounted', async () => {
    await send('a:1', 'a:2', 'a:3');
    const first = await accept('a');
    const [one, two] = await receive(first, 2);
    await first.completeMessage(two!);
    await first.close();
    const again = await receive(await accept('a'), 3);
    expect(bodies(again)).toEqual(['1', '3']);
    expect([one!, ...again].map(({ deliveryCount }) => deliveryCount)).toEqual([0, 0, 0]);
  });

  it('gives a session free when the connection of its receiver breaks', async () => {
    await send('a:1');
    const wire = await bus.breakableConnect();
    const lost = await wire.client.acceptSession('orders', 'ledger', 'a', UNRENEWED);
    await receive(lost, 1);
    const next = acceptNext();
    await wire.cut();
    const again = await receive(await next, 1);
    expect(again).toMatchObject([{ body: '1', deliveryCount: 0 }]);
  });

  it('gives an abandoned message again before the later ones of its session, one failure older', async () => {
    await send('a:1', 'a:2');
    const a = await accept('a');
    await a.abandonMessage((await receive(a, 1))[0]!, { note: 'x' });
    const [again] = await receive(a, 1);
    expect(again).toMatchObject({ body: '1', deliveryCount: 1, applicationProperties: { note: 'x' } });
  });

  it('takes a session away when its lock expires', async () => {
    await send('a:1');
    const late = await accept('a', 'brief');
    expect((await acceptNext('brief')).sessionId).toBe('a');
    await expect(late.renewSessionLock()).rejects.toThrow();
  });

  it('counts what was unsettled when the lock expired, keeps the order, and tells the receiver', async () => {
    await send('a:1', 'a:2', 'a:3');
    const late = await accept('a');
    let lost: Promise<unknown> | undefined;
    const taken = new Promise<void>((took) => {
      lost = new Promise<unknown>((resolve) => {
        const processMessage = async () => {
          took();
          await new Promise(() => undefined);
        };
        const processError = async ({ error }: { error: Error }) => resolve(error);
        late.subscribe({ processMessage, processError }, { autoCompleteMessages: false, maxConcurrentCalls: 1 });
      });
    });
    await taken;
    await expireLocks();
    const again = await receive(await acceptNext(), 3);
    expect(again.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual([
      ['1', 1],
      ['2', 0],
      ['3', 0],
    ]);
    expect(await lost).toMatchObject({ code: 'SessionLockLost' });
  });

  it('refuses settlement, renewal and state once the lock has expired', async () => {
    await send('a:1');
    const late = await accept('a');
    const [message] = await receive(late, 1);
    await expireLocks();
    await acceptNext();
    await expect(late.completeMessage(message!)).rejects.toMatchObject({ code: 'SessionLockLost' });
    await expect(late.renewSessionLock()).rejects.toThrow();
    await expect(late.getSessionState()).rejects.toThrow();
  });

  it('keeps a session for as long as its lock is renewed', async () => {
    await send('a:1');
    const a = await accept('a');
    const [message] = await receive(a, 1);
    const clock = new MovableClock();
    try {
      for (let time = 0; time < 10; time += 1) {
        clock.advance(LOCK_DURATION_MS / 2);
        expect((await a.renewSessionLock()).getTime()).toBeGreaterThan(Date.now() + LOCK_DURATION_MS / 2);
      }
      await expect(accept('a')).rejects.toMatchObject({ code: 'SessionCannotBeLocked' });
      await a.completeMessage(message!);
      expect(await receive(a, 1)).toEqual([]);
    } finally {
      clock.restore();
    }
  });

  it('keeps the state of a session over receivers and restarts, until it is taken away', async () => {
    const a = await accept('a');
    expect(await a.getSessionState()).toBeNull();
    await a.setSessionState({ step: 7 });
    await bus.restart();
    const again = await accept('a');
    expect(await again.getSessionState()).toEqual({ step: 7 });
    expect(await (await accept('b')).getSessionState()).toBeNull();
    await again.setSessionState(null);
    expect(await again.getSessionState()).toBeNull();
  });

  it('shows the messages of the session only, and settles nothing by that', async () => {
    await send('a:1', 'b:1', 'a:2');
    const a = await accept('a');
    await receive(a, 1);
    expect(bodies(await a.peekMessages(10))).toEqual(['1', '2']);
    const everything = await bus.client.createReceiver('orders', 'audit').peekMessages(10);
    expect(bodies(everything)).toEqual(['1', '1', '2']);
  });

  it('refuses a receiver without a session, and a session where there are none', async () => {
    await expect(receiveOne(bus.client.createReceiver('orders', 'ledger'))).rejects.toThrow(/by session only/);
    await expect(bus.client.acceptSession('orders', 'audit', 'a')).rejects.toMatchObject({ name: 'ServiceBusError' });
    await expect(bus.client.acceptNextSession('orders', 'audit')).rejects.toThrow(/has no sessions/);
  });

  it('dead-letters a message without a session, for the subscription that has them', async () => {
    await bus.send('orders', { body: 'lone' });
    expect(await receiveOne(deadLetters())).toMatchObject({ body: 'lone', deadLetterReason: 'Session ID is null.' });
    expect(bodies(await bus.receiveAll('orders', 'audit'))).toEqual(['lone']);
  });

  it('dead-letters from a session, on demand and after the last failure; the dead letters have no sessions', async () => {
    await send('a:1', 'a:2');
    const a = await accept('a');
    await a.deadLetterMessage((await receive(a, 1))[0]!, { deadLetterReason: 'bad', deadLetterErrorDescription: '' });
    for (let time = 0; time < 3; time += 1) await a.abandonMessage((await receive(a, 1))[0]!);
    const dead = await deadLetters().receiveMessages(2, { maxWaitTimeInMs: 2_000 });
    expect(dead.map(({ body, deadLetterReason }) => [body, deadLetterReason])).toEqual([
      ['1', 'bad'],
      ['2', 'MaxDeliveryCountExceeded'],
    ]);
  });

  it('receives a session and deletes', async () => {
    await send('a:1', 'a:2');
    const a = await bus.client.acceptSession('orders', 'ledger', 'a', { receiveMode: 'receiveAndDelete' });
    expect(bodies(await receive(a, 2))).toEqual(['1', '2']);
    await bus.restart();
    expect(await receive(await accept('a'), 1)).toEqual([]);
  });

  it('serves the sessions of a queue, and rejects what is sent there without one', async () => {
    const sender = bus.client.createSender('work');
    await expect(sender.sendMessages({ body: 'lone' })).rejects.toThrow(/must have a session id/);
    await sender.sendMessages({ body: 'with', sessionId: 'a' });
    const next = await bus.client.acceptNextSession('work');
    expect(next.sessionId).toBe('a');
    expect(bodies(await receive(next, 1))).toEqual(['with']);
    await next.close();
  });

  it('keeps the order of a session over a restart, and what was settled settled', async () => {
    await send('a:1', 'a:2', 'b:1', 'a:3', 'a:4');
    const a = await accept('a');
    const [one, two] = await receive(a, 2);
    await a.completeMessage(one!);
    await a.abandonMessage(two!);
    await bus.restart();
    const again = await receive(await accept('a'), 5);
    expect(again.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual([
      ['2', 1],
      ['3', 0],
      ['4', 0],
    ]);
  });
});
