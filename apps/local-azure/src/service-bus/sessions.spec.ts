import type { Broker } from './broker.js';
import { PART } from './copy-rows.js';
import type { CopyStore } from './copy-store.js';
import { DeliveryQueue } from './delivery-queue.js';
import { SERVICE_POLICY } from './queue-policy.js';
import type { Copy } from './ready-queue.js';
import { SessionEntity, type SessionHolder, type SessionQueue } from './session-entity.js';
import type { SessionStates } from './session-states.js';
import { Sessions } from './sessions.js';

const POLICY = { ...SERVICE_POLICY, requiresSession: true };
const COPY: Copy = {
  sequence: 1,
  message: 1,
  isShared: false,
  deliveryCount: 0,
  expiresAtMs: null,
  applicationProperties: null,
  deferred: false,
  sessionId: 'a',
};

describe('a session whose last holder is gone', () => {
  let written!: () => void;
  let entity: SessionEntity;
  let sessions: Sessions;

  beforeEach(() => {
    const broker = {
      whenWritten: () => new Promise<void>((resolve) => (written = resolve)),
      deliveries: { countFailed: () => {} },
    };
    sessions = new Sessions(broker as unknown as Broker, {} as SessionStates);
    const copies = {
      readyAfter: (_: unknown, after: number) => (after < 1 ? [COPY] : []),
      sessionsAfter: () => [{ sequence: 1, session: 'a' }],
    } as unknown as CopyStore;
    const place = { name: 'q', subscriptionId: 1, part: PART.active, copies };
    const deadLetters = new DeliveryQueue({ ...place, part: PART.deadLetters }, POLICY);
    entity = new SessionEntity(place, POLICY, deadLetters);
  });

  const holder = (linkName: string): SessionHolder => ({ linkName, lost: () => undefined });

  it('is accepted by id only when everything settled in it is written', async () => {
    const first = holder('first');
    sessions.release(await sessions.accept(entity, 'a', first), first);
    let accepted: SessionQueue | undefined;
    const second = holder('second');
    const accepting = sessions.accept(entity, 'a', second).then((session) => (accepted = session));
    await new Promise((resolve) => setImmediate(resolve));
    expect(accepted).toBeUndefined();
    written();
    sessions.release(await accepting, second);
  });

  it('is the next one only when everything settled in it is written', async () => {
    const first = holder('first');
    sessions.release(await sessions.accept(entity, 'a', first), first);
    const second = holder('second');
    let accepted: SessionQueue | undefined;
    sessions.acceptNext(entity, second, (session) => (accepted = session));
    expect(accepted).toBeUndefined();
    written();
    await new Promise((resolve) => setImmediate(resolve));
    expect(accepted?.sessionId).toBe('a');
    sessions.release(accepted!, second);
  });
});
