import type { Broker } from './broker.js';
import { DeliveryQueue } from './delivery-queue.js';
import { SERVICE_POLICY } from './queue-policy.js';
import { SessionEntity, type SessionHolder, type SessionQueue } from './session-entity.js';
import type { SessionStates } from './session-states.js';
import { Sessions } from './sessions.js';

const POLICY = { ...SERVICE_POLICY, requiresSession: true };

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
    const deadLetters = new DeliveryQueue('q/$DeadLetterQueue', 1, undefined, POLICY);
    entity = new SessionEntity({ name: 'q', id: 1, deadLetters }, POLICY, () => 'a');
    entity.ready.add({ sequence: 1, message: 1, deliveryCount: 0, expiresAtMs: null, applicationProperties: null });
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
