import type { Broker } from './broker.js';
import type { SessionEntity, SessionHolder, SessionQueue } from './session-entity.js';
import type { SessionStates } from './session-states.js';
import { ServiceBusError, sessionLockLost } from './service-bus-error.js';

/** Who holds which session, for how long, and what they keep of it. */
export class Sessions {
  constructor(
    private readonly broker: Broker,
    private readonly states: SessionStates,
  ) {}

  /** Locks a session for a holder. Throws session-cannot-be-locked when another has it. */
  async accept(entity: SessionEntity, sessionId: string, holder: SessionHolder): Promise<SessionQueue> {
    let session = entity.session(sessionId);
    while (session.vacated !== undefined) {
      await session.vacated;
      session = entity.session(sessionId);
    }
    if (session.holder !== undefined) {
      const description = `The requested session '${sessionId}' cannot be accepted. It is locked by another receiver.`;
      throw new ServiceBusError('com.microsoft:session-cannot-be-locked', description);
    }
    this.hold(session, holder);
    return session;
  }

  /** Locks the free session whose first message is oldest, as soon as there is one; the result gives up waiting. */
  acceptNext(entity: SessionEntity, holder: SessionHolder, taken: (session: SessionQueue) => void): () => void {
    return entity.wait((session) => {
      this.hold(session, holder);
      taken(session);
    });
  }

  /** Ends a lock before its time: what is unsettled goes back to its place, uncounted. */
  release(session: SessionQueue, holder: SessionHolder): void {
    if (session.holder !== holder) return;
    const unsettled = this.end(session);
    for (const copy of unsettled) session.put(copy);
    this.vacate(session);
  }

  /** Ends the lock of every session that is held, as if its time were over; tells how many. */
  expireAll(entity: SessionEntity): number {
    const held = entity.held();
    for (const session of held) this.expire(session);
    return held.length;
  }

  /** The session that the link holds. Throws session-lock-lost when it does not, or no longer. */
  held(entity: SessionEntity, sessionId: string, linkName: string): SessionQueue {
    const session = entity.find(sessionId);
    const isHeld = session?.holder?.linkName === linkName && session.locks.lockedUntilMs > Date.now();
    if (session === undefined || !isHeld) throw sessionLockLost();
    return session;
  }

  /** Makes the lock last its full duration from now, and gives its end. Throws session-lock-lost. */
  renew(entity: SessionEntity, sessionId: string, linkName: string): number {
    return this.held(entity, sessionId, linkName).locks.extend(Date.now());
  }

  /** The state of a session; null when none is set. Throws session-lock-lost. */
  state(entity: SessionEntity, sessionId: string, linkName: string): Uint8Array | null {
    this.held(entity, sessionId, linkName);
    return this.states.get(entity.subscriptionId, sessionId);
  }

  /** Resolves when the state is on disk; null takes it away. Throws session-lock-lost. */
  async setState(entity: SessionEntity, holding: Holding, state: Uint8Array | null): Promise<void> {
    this.held(entity, holding.sessionId, holding.linkName);
    await this.states.set(entity.subscriptionId, holding.sessionId, state);
  }

  /** The ids of the sessions that have messages, or of those whose state was set after a moment. */
  list(entity: SessionEntity, stateSetAfterMs?: number): string[] {
    if (stateSetAfterMs === undefined) return entity.place.copies.sessionIds(entity.subscriptionId);
    return this.states.changedAfter(entity.subscriptionId, stateSetAfterMs);
  }

  private hold(session: SessionQueue, holder: SessionHolder): void {
    session.holder = holder;
    session.locks.extend(Date.now());
    this.watch(session);
  }

  private watch(session: SessionQueue): void {
    const leftMs = Math.max(1, session.locks.lockedUntilMs - Date.now());
    session.holderTimer = setTimeout(() => {
      if (session.locks.lockedUntilMs > Date.now()) this.watch(session);
      else this.expire(session);
    }, leftMs);
  }

  /** What is unsettled counts as failed, and nobody has the session before that is written. */
  private expire(session: SessionQueue): void {
    const { holder } = session;
    const unsettled = this.end(session);
    holder?.lost();
    this.broker.deliveries.countFailed(session, unsettled);
    this.vacate(session);
  }

  private end(session: SessionQueue) {
    clearTimeout(session.holderTimer);
    session.holder = undefined;
    return session.locks.end();
  }

  /** Lets the next one in when everything that was settled in the session is written, so that the order is kept. */
  private vacate(session: SessionQueue): void {
    session.vacated = this.broker.whenWritten().then(() => {
      session.vacated = undefined;
      session.entity.dropIfUnused(session);
      session.entity.serveWaiting();
    });
  }
}

/** A session, and the link that claims to hold it. */
export interface Holding {
  readonly sessionId: string;
  readonly linkName: string;
}
