import type { ContainerStore, Stored } from './container-store.js';
import { DocumentConflict, PreconditionLost } from './store-errors.js';

/** Milliseconds for which a lease holds unless it is renewed; the longest pause after the loss of a replica. */
export const LEASE_MS = 6_000;

/** The one document of a feed range: who reads it, and how far it has been sent. */
interface LeaseDocument {
  readonly id: string;
  readonly owner: string;
  /** Grows by one with every change of owner. */
  readonly token: number;
  /** Milliseconds since 1970; 0 when it was given back. */
  readonly expiresAt: number;
  /** Position in the change feed up to which everything was sent; `null` is the beginning. */
  readonly continuation: string | null;
  readonly ttl: -1;
}

/** Somebody else has taken the range; whoever gets this must stop sending for it. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** The right to read one feed range, kept in the store. Every write names the version it follows. */
export class RangeLease {
  readonly #store: ContainerStore;
  readonly #id: string;
  readonly #owner: string;
  readonly #now: () => number;
  #held: Stored<LeaseDocument> | undefined;
  /** Of the last write that was tried: a write whose answer got lost is recognised by it as our own. */
  #token = 0;

  constructor(store: ContainerStore, options: { id: string; owner: string; now: () => number }) {
    this.#store = store;
    this.#id = options.id;
    this.#owner = options.owner;
    this.#now = options.now;
  }

  /** Takes the lease if nobody holds it and returns 0; else the milliseconds until it expires. */
  async take(): Promise<number> {
    const stored = await this.#store.read<LeaseDocument>(this.#id, [this.#id]);
    const waitMs = stored && !this.#isOurs(stored.document) ? stored.document.expiresAt - this.#now() : 0;
    if (waitMs > 0) return waitMs;
    try {
      await this.#write(stored, {
        token: (stored?.document.token ?? 0) + 1,
        continuation: stored?.document.continuation ?? null,
        expiresAt: this.#now() + LEASE_MS,
      });
      return 0;
    } catch (error) {
      if (error instanceof PreconditionLost || error instanceof DocumentConflict) return LEASE_MS;
      throw error;
    }
  }

  /** The fencing token of the last take-over from here. */
  get token(): number {
    return this.#token;
  }

  /** The continuation last saved; `undefined` is the beginning of the feed. */
  get continuation(): string | undefined {
    return this.#held?.document.continuation ?? undefined;
  }

  /** Whether the lease still holds by this replica's clock. */
  get valid(): boolean {
    return this.#held !== undefined && this.#now() < this.#held.document.expiresAt;
  }

  /** Saves the position and holds the lease for another 6 s. Throws `LeaseLost`. */
  save(continuation: string | undefined): Promise<void> {
    return this.#keep(continuation, this.#now() + LEASE_MS);
  }

  /** Saves the position and lets the next one begin at once. Throws `LeaseLost`. */
  giveBack(continuation: string | undefined): Promise<void> {
    return this.#keep(continuation, 0);
  }

  async #keep(continuation: string | undefined, expiresAt: number): Promise<void> {
    const held = this.#held;
    if (!held) throw new LeaseLost(this.#id);
    try {
      await this.#write(held, { token: held.document.token, continuation: continuation ?? null, expiresAt });
    } catch (error) {
      if (!(error instanceof PreconditionLost)) throw error;
      this.#held = undefined;
      throw new LeaseLost(this.#id);
    }
  }

  #isOurs(document: LeaseDocument): boolean {
    return document.owner === this.#owner && document.token === this.#token;
  }

  async #write(
    stored: Stored<LeaseDocument> | undefined,
    fields: Pick<LeaseDocument, 'token' | 'continuation' | 'expiresAt'>,
  ): Promise<void> {
    const document: LeaseDocument = { id: this.#id, owner: this.#owner, ...fields, ttl: -1 };
    this.#token = document.token;
    const write = stored ? { replace: document, ifMatch: stored.etag } : { create: document };
    const [etag] = await this.#store.commit([this.#id], [write]);
    if (etag === undefined) throw new Error(`the store returned no ETag for ${this.#id}`);
    this.#held = { document, etag };
  }
}
