import type { Broker } from './broker.js';
import { PART } from './copy-rows.js';
import type { CopyScope, CopyStore } from './copy-store.js';
import { DeliveryQueue } from './delivery-queue.js';
import { SERVICE_POLICY } from './queue-policy.js';
import type { Copy } from './ready-queue.js';
import { SessionEntity, type SessionHolder, type SessionQueue } from './session-entity.js';
import type { SessionStates } from './session-states.js';
import { Sessions } from './sessions.js';

const POLICY = { ...SERVICE_POLICY, requiresSession: true };
const copyOf = (sequence: number, sessionId: string): Copy => ({
  sequence,
  message: sequence,
  isShared: false,
  deliveryCount: 0,
  expiresAtMs: null,
  applicationProperties: null,
  deferred: false,
  sessionId,
});

/** An entity over copies on disk, of which none is ever settled. */
function entityOver(disk: readonly Copy[]): SessionEntity {
  const copies = {
    readyAfter: ({ sessionId }: CopyScope, after: number, countMax: number) =>
      disk.filter((copy) => copy.sessionId === sessionId && copy.sequence > after).slice(0, countMax),
    sessionsAfter: (_: number, after: number, countMax: number) =>
      disk
        .filter(({ sequence }) => sequence > after)
        .slice(0, countMax)
        .map(({ sequence, sessionId: session }) => ({ sequence, session })),
  } as unknown as CopyStore;
  const place = { name: 'q', subscriptionId: 1, part: PART.active, copies };
  return new SessionEntity(place, POLICY, new DeliveryQueue({ ...place, part: PART.deadLetters }, POLICY));
}

describe('sessions that are on disk', () => {
  const next = (entity: SessionEntity): SessionQueue | undefined => {
    let taken: SessionQueue | undefined;
    entity.wait((session) => (taken = session))();
    return taken;
  };

  it('come by their oldest messages, also before one that is known', () => {
    const disk = [copyOf(1, 'a'), copyOf(2, 'b'), copyOf(3, 'a')];
    const entity = entityOver(disk);
    expect(entity.session('a').ready.take()!.sequence).toBe(1);
    expect(next(entity)?.sessionId).toBe('b');
  });

  it('are found behind hundreds of messages of one that somebody has', () => {
    const disk = [...Array.from({ length: 700 }, (_, index) => copyOf(index + 1, 'a')), copyOf(701, 'b')];
    const entity = entityOver(disk);
    entity.session('a').holder = { linkName: 'first', lost: () => undefined };
    expect(next(entity)?.sessionId).toBe('b');
  });

  it('are met as they come once all on disk are known, and later ones wait there', () => {
    const disk: Copy[] = [];
    const entity = entityOver(disk);
    expect(next(entity)).toBeUndefined();
    for (let sequence = 1; sequence <= 1_500; sequence += 1) {
      disk.push(copyOf(sequence, `s${sequence}`));
      entity.put(disk.at(-1)!);
    }
    expect(['s1', 's1500'].map((id) => entity.find(id) !== undefined)).toEqual([true, false]);
    for (let sequence = 1; sequence <= 1_500; sequence += 1) {
      const session = next(entity)!;
      expect(session.sessionId).toBe(`s${sequence}`);
      session.ready.take();
      entity.dropIfUnused(session);
    }
    expect(next(entity)).toBeUndefined();
  });
});

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
    entity = entityOver([copyOf(1, 'a')]);
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
