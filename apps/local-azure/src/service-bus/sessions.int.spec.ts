import { RawClient } from './raw-client-fixture.js';
import { receiveOne } from './service-bus-fixture.js';
import { bodies, SessionsFixture } from './sessions-fixture.js';

const LEDGER = 'orders/Subscriptions/ledger';

describe('sessions', () => {
  let sessions: SessionsFixture;

  beforeEach(async () => {
    sessions = await SessionsFixture.start();
  });

  afterEach(() => sessions.bus.dispose());

  it('gives the receiver of a session its messages only, in order', async () => {
    await sessions.send('a:1', 'b:1', 'a:2', 'a:3');
    const a = await sessions.accept('a');
    const found = await sessions.receive(a, 10);
    expect(bodies(found)).toEqual(['1', '2', '3']);
    expect(found.every(({ sessionId }) => sessionId === 'a')).toBe(true);
    for (const message of found) await a.completeMessage(message);
    expect(bodies(await sessions.receive(await sessions.accept('b'), 10))).toEqual(['1']);
  });

  it('accepts a session that has no messages yet and receives what comes', async () => {
    const a = await sessions.accept('a');
    expect(a.sessionLockedUntilUtc.getTime()).toBeGreaterThan(Date.now());
    const coming = a.receiveMessages(1, { maxWaitTimeInMs: 30_000 });
    await sessions.send('b:1', 'a:1');
    expect(bodies(await coming)).toEqual(['1']);
  });

  it('accepts next the free session whose first message is oldest', async () => {
    await sessions.send('b:1', 'a:1', 'c:1', 'b:2');
    const ids = [];
    for (let count = 0; count < 3; count += 1) ids.push((await sessions.acceptNext()).sessionId);
    expect(ids).toEqual(['b', 'a', 'c']);
  });

  it('waits for the next session until a message comes', async () => {
    const next = sessions.acceptNext();
    const second = sessions.acceptNext();
    await sessions.send('a:1');
    const one = await Promise.race([next, second]);
    expect(one.sessionId).toBe('a');
    await sessions.send('b:1');
    const both = await Promise.all([next, second]);
    expect(both.map(({ sessionId }) => sessionId).sort()).toEqual(['a', 'b']);
  });

  it('says that no session became free when the time is over', async () => {
    const raw = await RawClient.connect(sessions.bus.port);
    await raw.putToken(`sb://127.0.0.1:${sessions.bus.port}/${LEDGER}`, sessions.bus.key);
    const next = { 'com.microsoft:session-filter': null };
    expect(await raw.refusal(LEDGER, next, { 'com.microsoft:timeout': 300 })).toBe('com.microsoft:timeout');
    await raw.close();
    await sessions.send('a:1');
    expect((await sessions.acceptNext()).sessionId).toBe('a');
  });

  it('gives an abandoned message again before the later ones of its session, one failure older', async () => {
    await sessions.send('a:1', 'a:2');
    const a = await sessions.accept('a');
    await a.abandonMessage((await sessions.receive(a, 1))[0]!, { note: 'x' });
    const [again] = await sessions.receive(a, 1);
    expect(again).toMatchObject({ body: '1', deliveryCount: 1, applicationProperties: { note: 'x' } });
  });

  it('keeps the state of a session over receivers and restarts, until it is taken away', async () => {
    const a = await sessions.accept('a');
    expect(await a.getSessionState()).toBeNull();
    await a.setSessionState({ step: 7 });
    await sessions.bus.restart();
    const again = await sessions.accept('a');
    expect(await again.getSessionState()).toEqual({ step: 7 });
    expect(await (await sessions.accept('b')).getSessionState()).toBeNull();
    await again.setSessionState(null);
    expect(await again.getSessionState()).toBeNull();
  });

  it('shows the messages of the session only, and settles nothing by that', async () => {
    await sessions.send('a:1', 'b:1', 'a:2');
    const a = await sessions.accept('a');
    await sessions.receive(a, 1);
    expect(bodies(await a.peekMessages(10))).toEqual(['1', '2']);
    const everything = await sessions.bus.client.createReceiver('orders', 'audit').peekMessages(10);
    expect(bodies(everything)).toEqual(['1', '1', '2']);
  });

  it('refuses a receiver without a session, and a session where there are none', async () => {
    await expect(receiveOne(sessions.bus.client.createReceiver('orders', 'ledger'))).rejects.toThrow(/by session only/);
    await expect(sessions.bus.client.acceptSession('orders', 'audit', 'a')).rejects.toMatchObject({
      name: 'ServiceBusError',
    });
    await expect(sessions.bus.client.acceptNextSession('orders', 'audit')).rejects.toThrow(/has no sessions/);
  });

  it('dead-letters a message without a session, for the subscription that has them', async () => {
    await sessions.bus.send('orders', { body: 'lone' });
    expect(await receiveOne(sessions.deadLetters())).toMatchObject({
      body: 'lone',
      deadLetterReason: 'Session ID is null.',
    });
    expect(bodies(await sessions.bus.receiveAll('orders', 'audit'))).toEqual(['lone']);
  });

  it('dead-letters from a session, on demand and after the last failure; the dead letters have no sessions', async () => {
    await sessions.send('a:1', 'a:2');
    const a = await sessions.accept('a');
    await a.deadLetterMessage((await sessions.receive(a, 1))[0]!, {
      deadLetterReason: 'bad',
      deadLetterErrorDescription: '',
    });
    for (let time = 0; time < 3; time += 1) await a.abandonMessage((await sessions.receive(a, 1))[0]!);
    const dead = await sessions.deadLetters().receiveMessages(2, { maxWaitTimeInMs: 2_000 });
    expect(dead.map(({ body, deadLetterReason }) => [body, deadLetterReason])).toEqual([
      ['1', 'bad'],
      ['2', 'MaxDeliveryCountExceeded'],
    ]);
  });

  it('receives a session and deletes', async () => {
    await sessions.send('a:1', 'a:2');
    const a = await sessions.bus.client.acceptSession('orders', 'ledger', 'a', { receiveMode: 'receiveAndDelete' });
    expect(bodies(await sessions.receive(a, 2))).toEqual(['1', '2']);
    await sessions.bus.restart();
    expect(await sessions.receive(await sessions.accept('a'), 1)).toEqual([]);
  });

  it('serves the sessions of a queue, and rejects what is sent there without one', async () => {
    const sender = sessions.bus.client.createSender('work');
    await expect(sender.sendMessages({ body: 'lone' })).rejects.toThrow(/must have a session id/);
    await sender.sendMessages({ body: 'with', sessionId: 'a' });
    const next = await sessions.bus.client.acceptNextSession('work');
    expect(next.sessionId).toBe('a');
    expect(bodies(await sessions.receive(next, 1))).toEqual(['with']);
    await next.close();
  });

  it('keeps the order of a session over a restart, and what was settled settled', async () => {
    await sessions.send('a:1', 'a:2', 'b:1', 'a:3', 'a:4');
    const a = await sessions.accept('a');
    const [one, two] = await sessions.receive(a, 2);
    await a.completeMessage(one!);
    await a.abandonMessage(two!);
    await sessions.bus.restart();
    const again = await sessions.receive(await sessions.accept('a'), 5);
    expect(again.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual([
      ['2', 1],
      ['3', 0],
      ['4', 0],
    ]);
  });
});
