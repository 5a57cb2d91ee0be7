import { randomUUID } from 'node:crypto';
import { DocumentConflict, PreconditionLost } from '@ballast/cosmos';
import type { CommitOperation, ContainerStore, Stored } from '@ballast/cosmos';
import type { Clock } from '@ballast/service-host';

/** Milliseconds for which a lock holds unless it is renewed; the longest pause after the loss of its owner. */
export const LOCK_MS = 10_000;
/** Milliseconds before its end from which the owner no longer counts on it: what it began must be over by then. */
export const LOCK_MARGIN_MS = 2_000;

/** Somebody else has the lock; whoever gets this must stop what it was for. */
export class LockLost extends Error {
  override readonly name = 'LockLost';
}

const LOCK_ID = 'lock';
const POSITION_ID = 'position';

/** Who holds a lock. It is forgotten after the container's hour without a renewal. */
interface LockDocument {
  readonly id: typeof LOCK_ID;
  readonly lockName: string;
  readonly owner: string;
  /** Grows by one with every change of owner. */
  readonly token: number;
  /** Milliseconds since 1970; 0 when it was given back. */
  readonly expiresAt: number;
}

/** How far the owners of a lock have come; never forgotten. It keeps the token too, which must not begin anew. */
interface PositionDocument {
  readonly id: typeof POSITION_ID;
  readonly lockName: string;
  readonly token: number;
  readonly position: string;
  readonly ttl: -1;
}

/**
 * The right to do something that only one replica may do, kept in the store, and how far it was done. Every write names the
 * version it follows, so that the write of an owner that was overtaken is refused. Replicas' clocks are taken to
 * differ by less than the margin.
 */
export class RuntimeLock {
  readonly #owner = randomUUID();
  #held: Stored<LockDocument> | undefined;
  #stored: Stored<PositionDocument> | undefined;
  /** Of the last write that was tried: a write whose answer got lost is recognised by it as our own. */
  #token = 0;
  /** By the clock that nobody sets. */
  #safeUntilMs = 0;
  /** The version of somebody else's lock that was seen, and since when, by the clock that nobody sets. */
  #seen: { readonly etag: string; readonly sinceMs: number } | undefined;

  constructor(
    private readonly store: ContainerStore,
    private readonly lockName: string,
    private readonly clock: Clock,
    /** Milliseconds of a clock that nobody sets. */
    private readonly elapsedMs: () => number = () => performance.now(),
  ) {}

  /** The fencing token of the last take-over from here; 0 before the first. */
  get token(): number {
    return this.#token;
  }

  /** Whether the lock is ours for longer than the margin. */
  get isSafe(): boolean {
    return this.#held !== undefined && this.elapsedMs() < this.#safeUntilMs;
  }

  /** How far the last owner came; `undefined` where there was none. */
  get position(): string | undefined {
    return this.#stored?.document.position;
  }

  /**
   * Takes the lock if nobody holds it and returns 0; else the milliseconds until it expires: by the time it says, or because it
   * stands here unchanged for as long as a lock holds, whatever the clock of its owner was. Throws `StoreUnavailable`.
   */
  async take(): Promise<number> {
    this.#held = undefined;
    const partition = [this.lockName];
    const lock = await this.store.read<LockDocument>(LOCK_ID, partition);
    const waitMs = lock && !this.#isOurs(lock.document) ? this.#leftMs(lock) : 0;
    if (waitMs > 0) return waitMs;
    this.#stored = await this.store.read<PositionDocument>(POSITION_ID, partition);
    const token = Math.max(lock?.document.token ?? 0, this.#stored?.document.token ?? 0, this.#token) + 1;
    try {
      await this.#write(lock, { token, expiresAt: this.clock.now() + LOCK_MS });
      return 0;
    } catch (error) {
      if (error instanceof PreconditionLost || error instanceof DocumentConflict) return LOCK_MS;
      throw error;
    }
  }

  /** Holds the lock for another while, and saves the position where it is another. Throws `LockLost` and `StoreUnavailable`. */
  renew(position: string | undefined): Promise<void> {
    return this.#keep(this.clock.now() + LOCK_MS, position);
  }

  /** Lets the next one begin at once. Throws `LockLost` and `StoreUnavailable`. */
  async giveBack(position: string | undefined): Promise<void> {
    await this.#keep(0, position);
    this.#held = undefined;
  }

  async #keep(expiresAt: number, position: string | undefined): Promise<void> {
    const held = this.#held;
    if (held === undefined) throw new LockLost(this.lockName);
    try {
      await this.#write(held, { token: held.document.token, expiresAt }, position);
    } catch (error) {
      if (!(error instanceof PreconditionLost || error instanceof DocumentConflict)) throw error;
      this.#held = undefined;
      throw new LockLost(this.lockName);
    }
  }

  #leftMs({ etag, document }: Stored<LockDocument>): number {
    const nowMs = this.elapsedMs();
    if (this.#seen?.etag !== etag) this.#seen = { etag, sinceMs: nowMs };
    return Math.min(document.expiresAt - this.clock.now(), LOCK_MS - (nowMs - this.#seen.sinceMs));
  }

  #isOurs({ owner, token }: LockDocument): boolean {
    return owner === this.#owner && token === this.#token;
  }

  async #write(
    lock: Stored<LockDocument> | undefined,
    fields: Pick<LockDocument, 'token' | 'expiresAt'>,
    position?: string,
  ): Promise<void> {
    const { lockName } = this;
    const document: LockDocument = { id: LOCK_ID, lockName, owner: this.#owner, ...fields };
    this.#token = fields.token;
    const begunAtMs = this.elapsedMs();
    const moved = this.#movedTo(position);
    const etags = await this.store.commit(
      [lockName],
      [writeOf(document, lock), ...(moved ? [writeOf(moved, this.#stored)] : [])],
    );
    this.#held = { document, etag: needed(etags[0]) };
    this.#safeUntilMs = begunAtMs + LOCK_MS - LOCK_MARGIN_MS;
    if (moved) this.#stored = { document: moved, etag: needed(etags[1]) };
  }

  #movedTo(position: string | undefined): PositionDocument | undefined {
    if (position === undefined || position === this.position) return undefined;
    return { id: POSITION_ID, lockName: this.lockName, token: this.#token, position, ttl: -1 };
  }
}

function writeOf<D extends object>(document: D, stored: Stored<D> | undefined): CommitOperation {
  return stored ? { replace: document, ifMatch: stored.etag } : { create: document };
}

function needed(etag: string | undefined): string {
  if (etag === undefined) throw new Error('the store returned no ETag for a lock');
  return etag;
}
