import { DeliveryQueue, type QueuePlace } from './delivery-queue.js';
import type { CopyScope } from './copy-store.js';
import type { QueuePolicy } from './queue-policy.js';
import type { Copy } from './ready-queue.js';
import type { ServiceBusError } from './service-bus-error.js';
import { SessionLockTable } from './session-lock-table.js';

/** Who holds a session. */
export interface SessionHolder {
  /** The name of its link, by which its requests are known. */
  readonly linkName: string;
  /** Told when the session's lock has expired. */
  lost(): void;
}

/** Copies of one session that are held in memory at most. */
const SESSION_HELD_MAX = 100;
/** Free sessions that are in memory at most before further ones wait on disk. */
const KNOWN_MAX = 1_000;
/** Copies looked at in one turn for sessions that are not known yet. */
const SIGHTS_PAGE = 250;

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
    super(entity.place, entity.policy, entity.deadLetters, SESSION_HELD_MAX);
    this.locks = new SessionLockTable(entity.locks.lockDurationMs);
  }

  override get scope(): CopyScope {
    return { ...this.place, sessionId: this.sessionId };
  }

  get isFree(): boolean {
    return this.holder === undefined && this.vacated === undefined;
  }

  override touch(): void {
    this.entity.touch();
  }

  /** Ends of copies are watched for all sessions together. */
  override noteExpiry(expiresAtMs: number | null): void {
    this.entity.noteExpiry(expiresAtMs);
  }

  /** Whether it has nothing to hand out, and nothing that was handed out. */
  get isEmpty(): boolean {
    return this.locks.size === 0 && !this.hasDeferredOut && this.ready.isEmpty;
  }
}

/**
 * A queue or subscription that hands out its messages by session: every message is in the queue of its session. Sessions
 * that nobody has asked for come into memory in the order of their first messages, as they are wanted.
 */
export class SessionEntity extends DeliveryQueue {
  private readonly sessions = new Map<string, SessionQueue>();
  private readonly arrivedIn = new Set<SessionQueue>();
  private readonly waiting = new Set<(session: SessionQueue) => void>();
  private sessionless: Copy[] = [];
  /** The session of every ready copy up to this number is known. */
  private seenTo = 0;
  /** Whether there may be copies behind it. */
  private hasMore = true;

  constructor(place: QueuePlace, policy: QueuePolicy, deadLetters: DeliveryQueue) {
    super(place, policy, deadLetters);
    this.ready.clear();
  }

  /** The session with this id, made when there is none. */
  session(sessionId: string): SessionQueue {
    const known = this.find(sessionId);
    if (known !== undefined) return known;
    const session = new SessionQueue(sessionId, this);
    this.sessions.set(sessionId, session);
    return session;
  }

  /** A session that is known: somebody has it, or its messages have been looked at. */
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

  /** Puts a copy into its session. */
  override put(copy: Copy): void {
    const { sessionId, sequence } = copy;
    if (sessionId === null) {
      this.sessionless.push(copy);
      return;
    }
    const known = this.find(sessionId);
    if (known === undefined) this.noteExpiry(copy.expiresAtMs);
    else known.put(copy);
    if (copy.deferred) return;
    if (known !== undefined) this.arrivedIn.add(known);
    else this.meet(sessionId, sequence);
  }

  override hasRead(copy: Copy): boolean {
    return copy.sessionId !== null && this.find(copy.sessionId)?.hasRead(copy) === true;
  }

  override takeExpired(nowMs: number): { queue: DeliveryQueue; copy: Copy }[] {
    return [...this.sessions.values()].flatMap((session) => session.takeExpired(nowMs));
  }

  override clear(): void {
    for (const session of this.sessions.values()) session.clear();
    this.sessionless = [];
    this.hasMore = false;
    super.clear();
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

  /** A session that is not known may have an older message than those that are. */
  private nextFree(): SessionQueue | undefined {
    for (;;) {
      const best = this.bestKnown();
      if (!this.hasMore || (best !== undefined && best.ready.first!.sequence <= this.seenTo)) return best;
      this.seeMore();
    }
  }

  private bestKnown(): SessionQueue | undefined {
    let best: SessionQueue | undefined;
    for (const session of this.sessions.values()) {
      if (!session.isFree || session.ready.first === undefined) continue;
      if (best === undefined || session.ready.first.sequence < best.ready.first!.sequence) best = session;
    }
    return best;
  }

  private seeMore(): void {
    const sights = this.place.copies.sessionsAfter(this.subscriptionId, this.seenTo, SIGHTS_PAGE);
    for (const { session } of sights) if (session !== null) this.session(session);
    this.seenTo = sights.at(-1)?.sequence ?? this.seenTo;
    this.hasMore = sights.length === SIGHTS_PAGE;
  }

  private meet(sessionId: string, sequence: number): void {
    if (sequence > this.seenTo) {
      this.hasMore ||= this.sessions.size >= KNOWN_MAX;
      if (this.hasMore) return;
      this.seenTo = sequence;
    }
    this.arrivedIn.add(this.session(sessionId));
  }
}
