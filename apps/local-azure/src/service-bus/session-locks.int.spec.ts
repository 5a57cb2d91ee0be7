import { MovableClock } from './clock-fixture.js';
import { bodies, SessionsFixture, UNRENEWED } from './sessions-fixture.js';

/** Of the subscription. */
const LOCK_DURATION_MS = 60_000;

describe('the lock of a session', () => {
  let sessions: SessionsFixture;

  beforeEach(async () => {
    sessions = await SessionsFixture.start();
  });

  afterEach(() => sessions.bus.dispose());

  it('refuses a session that another receiver has, at once, and gives it when that one closes', async () => {
    await sessions.send('a:1', 'a:2');
    const first = await sessions.accept('a');
    await expect(sessions.accept('a')).rejects.toMatchObject({ code: 'SessionCannotBeLocked' });
    await first.close();
    expect(bodies(await sessions.receive(await sessions.accept('a'), 2))).toEqual(['1', '2']);
  });

  it('puts back what a closed receiver left, in its place and uncounted', async () => {
    await sessions.send('a:1', 'a:2', 'a:3');
    const first = await sessions.accept('a');
    const [one, two] = await sessions.receive(first, 2);
    await first.completeMessage(two!);
    await first.close();
    const again = await sessions.receive(await sessions.accept('a'), 3);
    expect(bodies(again)).toEqual(['1', '3']);
    expect([one!, ...again].map(({ deliveryCount }) => deliveryCount)).toEqual([0, 0, 0]);
  });

  it('gives a session free when the connection of its receiver breaks', async () => {
    await sessions.send('a:1');
    const wire = await sessions.bus.breakableConnect();
    const lost = await wire.client.acceptSession('orders', 'ledger', 'a', UNRENEWED);
    await sessions.receive(lost, 1);
    const next = sessions.acceptNext();
    await wire.cut();
    const again = await sessions.receive(await next, 1);
    expect(again).toMatchObject([{ body: '1', deliveryCount: 0 }]);
  });

  it('takes a session away when its lock expires', async () => {
    await sessions.send('a:1');
    const late = await sessions.accept('a', 'brief');
    expect((await sessions.acceptNext('brief')).sessionId).toBe('a');
    await expect(late.renewSessionLock()).rejects.toThrow();
  });

  it('counts what was unsettled when the lock expired, keeps the order, and tells the receiver', async () => {
    await sessions.send('a:1', 'a:2', 'a:3');
    const late = await sessions.accept('a');
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
    await sessions.expireLocks();
    const again = await sessions.receive(await sessions.acceptNext(), 3);
    expect(again.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual([
      ['1', 1],
      ['2', 0],
      ['3', 0],
    ]);
    expect(await lost).toMatchObject({ code: 'SessionLockLost' });
  });

  it('refuses settlement, renewal and state once the lock has expired', async () => {
    await sessions.send('a:1');
    const late = await sessions.accept('a');
    const [message] = await sessions.receive(late, 1);
    await sessions.expireLocks();
    await sessions.acceptNext();
    await expect(late.completeMessage(message!)).rejects.toMatchObject({ code: 'SessionLockLost' });
    await expect(late.renewSessionLock()).rejects.toThrow();
    await expect(late.getSessionState()).rejects.toThrow();
  });

  it('keeps a session for as long as its lock is renewed', async () => {
    await sessions.send('a:1');
    const a = await sessions.accept('a');
    const [message] = await sessions.receive(a, 1);
    const clock = new MovableClock();
    try {
      for (let time = 0; time < 10; time += 1) {
        clock.advance(LOCK_DURATION_MS / 2);
        expect((await a.renewSessionLock()).getTime()).toBeGreaterThan(Date.now() + LOCK_DURATION_MS / 2);
      }
      await expect(sessions.accept('a')).rejects.toMatchObject({ code: 'SessionCannotBeLocked' });
      await a.completeMessage(message!);
      expect(await sessions.receive(a, 1)).toEqual([]);
    } finally {
      clock.restore();
    }
  });
});
