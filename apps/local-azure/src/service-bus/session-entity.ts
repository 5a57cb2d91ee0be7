import { DeliveryQueue } from './delivery-queue.js';
import type { QueuePolicy } from './queue-policy.js';
import { ReadyQueue, type Copy } from './ready-queue.js';
import type { ServiceBusError } from './service-bus-error.js';
import { SessionLockTable } from './session-lock-table.js';

/** Who holds a session. */
export interface SessionHolder {
  /** The name of its link, by which its requests are known. */
  readonly linkName: string;
  /** Told when the session's lock has expired. */
  lost(): void;
}

/** The messages of one session, which one receiver at a time gets in their order. */
export class SessionQueue extends DeliveryQueue {
  override readonly locks: SessionLockTable;
  holder: SessionHolder | undefined;
  holderTimer: NodeJS.Timeout | undefined;
  /** Set while what the last holder left is being written; the next one waits for it. */
  vacated: Promise<void> | undefined;

  constructor(
    readonly sessionId: string,
    readonly entity: SessionEntity,
  ) {
    super(entity.name, entity.subscriptionId, entity.deadLetters, entity.policy);
    this.locks = new SessionLockTable(entity.locks.lockDurationMs);
  }

  get isFree(): boolean {
    return this.holder === undefined && this.vacated === undefined;
  }

  override touch(): void {
    this.entity.touch();
  }

  get isEmpty(): boolean {
    return this.ready.size === 0 && this.locks.size === 0 && this.deferred.size === 0;
  }
}

/** A queue or subscription that hands out its messages by session: every message is in the queue of its session. */
export class SessionEntity extends DeliveryQueue {
  override readonly ready: ReadyQueue;
  private readonly sessions = new Map<string, SessionQueue>();
  private readonly arrivedIn = new Set<SessionQueue>();
  private readonly waiting = new Set<(session: SessionQueue) => void>();
  private sessionless: Copy[] = [];

  constructor(
    place: { readonly name: string; readonly id: number; readonly deadLetters: DeliveryQueue },
    policy: QueuePolicy,
    /** The session of a stored message; undefined when it names none. */
    readonly sessionOf: (copy: Copy) => string | undefined,
  ) {
    super(place.name, place.id, place.deadLetters, policy);
    this.ready = new SessionArrivals((copy) => this.arrive(copy));
  }

  /** The session with this id, made when there is none. */
  session(sessionId: string): SessionQueue {
    const known = this.find(sessionId);
    if (known !== undefined) return known;
    const session = new SessionQueue(sessionId, this);
    this.sessions.set(sessionId, session);
    return session;
  }

  find(sessionId: string): SessionQueue | undefined {
    return this.sessions.get(sessionId);
  }

  /** The sessions that somebody has. */
  held(): SessionQueue[] {
    return [...this.sessions.values()].filter(({ holder }) => holder !== undefined);
  }

  /** Forgets a session that has no messages and no holder. */
  dropIfUnused(session: SessionQueue): void {
    if (session.isFree && session.isEmpty) this.sessions.delete(session.sessionId);
  }

  override get isReceivedFrom(): boolean {
    return this.waiting.size > 0 || [...this.sessions.values()].some(({ holder }) => holder !== undefined);
  }

  override detachAll(reason: ServiceBusError): void {
    for (const session of this.sessions.values()) session.detachAll(reason);
  }

  /** A deferred copy waits in its session for who asks for it. */
  override place(copy: Copy): void {
    const sessionId = copy.deferred === true ? this.sessionOf(copy) : undefined;
    if (sessionId === undefined) this.ready.add(copy);
    else this.session(sessionId).place(copy);
  }

  override clear(): void {
    for (const session of this.sessions.values()) session.clear();
    this.sessionless = [];
    super.clear();
  }

  /** The sessions that have messages, by id. */
  sessionIds(): string[] {
    return [...this.sessions.values()]
      .filter(({ isEmpty }) => !isEmpty)
      .map(({ sessionId }) => sessionId)
      .sort();
  }

  /** The sessions that something has come into since the last call. */
  takeArrivedIn(): SessionQueue[] {
    const sessions = [...this.arrivedIn];
    this.arrivedIn.clear();
    return sessions;
  }

  /** What has come in without a session since the last call. */
  takeSessionless(): Copy[] {
    const copies = this.sessionless;
    this.sessionless = [];
    return copies;
  }

  /** Has `take` called once, when a session with messages is free; the result takes the wish back. */
  wait(take: (session: SessionQueue) => void): () => void {
    this.waiting.add(take);
    this.serveWaiting();
    return () => {
      this.touch();
      this.waiting.delete(take);
    };
  }

  /** Gives the free sessions that have messages to those who wait, in turn; the oldest first message goes first. */
  serveWaiting(): void {
    for (const take of this.waiting) {
      const session = this.nextFree();
      if (session === undefined) return;
      this.waiting.delete(take);
      take(session);
    }
  }

  private nextFree(): SessionQueue | undefined {
    let best: SessionQueue | undefined;
    for (const session of this.sessions.values()) {
      if (!session.isFree || session.ready.first === undefined) continue;
      if (best === undefined || session.ready.first.sequence < best.ready.first!.sequence) best = session;
    }
    return best;
  }

  private arrive(copy: Copy): void {
    const sessionId = this.sessionOf(copy);
    if (sessionId === undefined) {
      this.sessionless.push(copy);
      return;
    }
    const session = this.session(sessionId);
    session.ready.add(copy);
    this.arrivedIn.add(session);
  }
}

/** Stands where another queue keeps what is ready, and passes it on. */
class SessionArrivals extends ReadyQueue {
  constructor(private readonly arrive: (copy: Copy) => void) {
    super();
  }

  override add(copy: Copy): void {
    this.arrive(copy);
  }
}
