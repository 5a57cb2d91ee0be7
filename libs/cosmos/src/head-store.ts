import { AsyncResource } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { faults } from '@ballast/faults';
import type { CommitOperation, ContainerStore, Stored } from './container-store.js';
import { TOGETHER_MAX, decideTogether, operationsOf } from './head-group.js';
import type { Change, DecideTogether, Waiting } from './head-group.js';
import { DocumentConflict, PreconditionLost, StoreUnavailable } from './store-errors.js';

/** Times one change is decided before the race counts as lost for good. */
const ATTEMPTS_MAX = 32;
/** Milliseconds by which the pause between two attempts grows, and that it lasts at most; the real pause is random below that. */
const ATTEMPT_PAUSE_MS = 5;
const ATTEMPT_PAUSE_MS_MAX = 40;
const CACHE_SIZE_MAX = 10_000;

/**
 * The documents at the head of their partitions (a book, a ledger account, an audit chain), cached with their ETags and
 * read again only after a write met another version. Heads are shared: whoever gets one must not change it in place.
 */
export class HeadStore<Head extends { readonly id: string }> {
  readonly #store: ContainerStore;
  readonly #headId: (partition: readonly string[]) => string;
  readonly #cacheSizeMax: number;
  readonly #cache = new Map<string, Stored<Head>>();
  readonly #turns = new Map<string, Promise<void>>();
  /** Changes that are committed together when their turn comes. */
  readonly #groups = new Map<string, Waiting<Head>[]>();
  #forgottenCount = 0;

  constructor(
    store: ContainerStore,
    options: { headId(partition: readonly string[]): string; cacheSizeMax?: number /* heads; the oldest in use go */ },
  ) {
    this.#store = store;
    this.#headId = options.headId;
    this.#cacheSizeMax = options.cacheSizeMax ?? CACHE_SIZE_MAX;
  }

  /** The head, from the cache where possible: then it may lack what another replica has committed since. */
  async read(partition: readonly string[]): Promise<Head | undefined> {
    const cached = this.#cached(keyOf(partition));
    if (cached) return cached.document;
    return this.#inTurn(keyOf(partition), async () => (await this.#current(partition))?.document);
  }

  /**
   * Hands the head (`undefined` when there is none) to `decide` and commits its change in one batch; one change of a
   * partition at a time in this process. When another replica was faster, the head is read afresh and `decide` is asked
   * again, at most 32 times in all, then `StoreUnavailable`. The `DocumentConflict` of any other document is the
   * caller's and leaves the cache alone; any other error drops the cached head.
   */
  change<Result>(
    partition: readonly string[],
    decide: (head: Head | undefined) => Change<Head, Result> | Promise<Change<Head, Result>>,
  ): Promise<Result> {
    return this.#inTurn(keyOf(partition), async () => {
      const change = await this.#settle(partition, async (head) => [await decide(head)]);
      return change[0]?.result as Result;
    });
  }

  /**
   * The same, in one batch with others that come while an earlier change is under way: `decide` is given the head that those
   * before it leave, and may be asked again with other ones. All of a batch is committed or nothing of it; a conflict is
   * found out one by one, so that it is only that of the change that it concerns.
   */
  changeTogether<Result>(partition: readonly string[], decide: DecideTogether<Head, Result>): Promise<Result> {
    const key = keyOf(partition);
    return new Promise<Result>((resolve, reject) => {
      const waiting: Waiting<Head> = {
        // Asked in the turn of another one, and still in the trace of its own caller.
        decide: AsyncResource.bind(decide),
        resolve: (result) => resolve(result as Result),
        reject,
      };
      const open = this.#groups.get(key);
      if (open !== undefined && open.length < TOGETHER_MAX) {
        open.push(waiting);
        return;
      }
      const group = [waiting];
      this.#groups.set(key, group);
      void this.#inTurn(key, () => this.#serve(partition, group));
    });
  }

  /** Drops the cached head, so that the next use reads it. */
  forget(partition: readonly string[]): void {
    this.#forgottenCount += 1;
    this.#cache.delete(keyOf(partition));
  }

  /** Answers all of a group, to which nobody is added any more. Never rejects. */
  async #serve(partition: readonly string[], group: readonly Waiting<Head>[]): Promise<void> {
    const key = keyOf(partition);
    if (this.#groups.get(key) === group) this.#groups.delete(key);
    let most = TOGETHER_MAX;
    for (let left = group; left.length > 0;) {
      const served = await this.#serveSome(partition, left.slice(0, most));
      if (served === 0) most = 1;
      left = left.slice(served);
    }
  }

  /** How many of them, from the first on, have their answer; none where a conflict is one of several changes. */
  async #serveSome(partition: readonly string[], waiting: readonly Waiting<Head>[]): Promise<number> {
    let concerned = waiting.length;
    try {
      const changes = await this.#settle(partition, async (head) => {
        concerned = 1;
        const decided = await decideTogether(waiting, head);
        concerned = decided.length;
        return decided;
      });
      changes.forEach(({ result }, index) => waiting[index]?.resolve(result));
    } catch (error) {
      if (error instanceof DocumentConflict && concerned > 1) return 0;
      for (const one of waiting.slice(0, concerned)) one.reject(error);
    }
    return concerned;
  }

  /** Commits what was decided, and has it decided again from fresh facts where another replica was faster. */
  async #settle(
    partition: readonly string[],
    decide: (head: Head | undefined) => Promise<Change<Head, unknown>[]>,
  ): Promise<Change<Head, unknown>[]> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const current = await this.#current(partition);
      const changes = await decide(current?.document);
      try {
        await this.#commit(partition, current, changes);
        return changes;
      } catch (error) {
        if (error instanceof DocumentConflict && !isLostCreation(error, current, changes)) throw error;
        this.forget(partition);
        if (!(error instanceof PreconditionLost || error instanceof DocumentConflict)) throw error;
        await delay(Math.random() * Math.min(ATTEMPT_PAUSE_MS * attempt, ATTEMPT_PAUSE_MS_MAX));
      }
    }
    throw new StoreUnavailable('contended');
  }

  async #commit(
    partition: readonly string[],
    current: Stored<Head> | undefined,
    changes: readonly Change<Head, unknown>[],
  ): Promise<void> {
    const { operations, head } = operationsOf(changes, (document) => writeOf(document, current?.etag));
    if (head !== undefined && head.document.id !== this.#headId(partition))
      throw new Error(`${head.document.id} is not the head of ${keyOf(partition)}`);
    const etags = await this.#store.commit(partition, operations);
    if (head === undefined) return;
    const etag = etags[head.place];
    if (etag === undefined) this.forget(partition);
    else this.#remember(keyOf(partition), { document: head.document, etag });
  }

  async #current(partition: readonly string[]): Promise<Stored<Head> | undefined> {
    const key = keyOf(partition);
    const cached = this.#cached(key);
    if (cached) return cached;
    const forgottenCount = this.#forgottenCount;
    const stored = await this.#store.read<Head>(this.#headId(partition), partition);
    // Forgotten while it was being read: what came may be older than what the forgetter knows of.
    if (stored && forgottenCount === this.#forgottenCount) this.#remember(key, stored);
    return stored;
  }

  #cached(key: string): Stored<Head> | undefined {
    const stored = this.#cache.get(key);
    if (stored) this.#remember(key, stored);
    return stored;
  }

  #remember(key: string, stored: Stored<Head>): void {
    this.#cache.delete(key);
    this.#cache.set(key, stored);
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= this.#cacheSizeMax) return;
      this.#cache.delete(oldest);
    }
  }

  #inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const result = (this.#turns.get(key) ?? Promise.resolve()).then(work);
    const over: Promise<void> = result.then(
      () => this.#endTurn(key, over),
      () => this.#endTurn(key, over),
    );
    this.#turns.set(key, over);
    return result;
  }

  #endTurn(key: string, over: Promise<void>): void {
    if (this.#turns.get(key) === over) this.#turns.delete(key);
  }
}

function writeOf(head: object, etag: string | undefined): CommitOperation {
  if (etag === undefined) return { create: head };
  return faults.isWithout('etag-check') ? { upsert: head } : { replace: head, ifMatch: etag };
}

function keyOf(partition: readonly string[]): string {
  return JSON.stringify(partition);
}

/** Another replica created the head between our read and our create: as good as a lost replace. */
function isLostCreation<Head extends { readonly id: string }>(
  conflict: DocumentConflict,
  current: Stored<Head> | undefined,
  changes: readonly Change<Head, unknown>[],
): boolean {
  return current === undefined && changes.some(({ head }) => head !== undefined && conflict.id === head.id);
}
