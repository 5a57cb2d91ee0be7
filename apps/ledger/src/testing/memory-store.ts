import type { EventEnvelope } from '@ballast/contracts';
import { DocumentConflict, PreconditionLost, StoreUnavailable, eventIn } from '@ballast/cosmos';
import type { CommitOperation, Stored } from '@ballast/cosmos';
import type { StoredPosting } from '../domain/verify-chain.js';

/** A commit that is never answered: which one from now on, and whether it is done. */
export interface Crash {
  readonly at: number;
  readonly isDone: boolean;
}

/** Documents in memory under the rules that the ledger relies on: all of a batch or nothing, ids once, ETags. */
export class MemoryStore {
  /** Every event that was committed, in the order of the commits. */
  readonly events: EventEnvelope[] = [];
  /** Commits that were done since `arm`. */
  done = 0;
  /** Whether the crash has happened since `arm`. */
  isHit = false;
  #crash: Crash | undefined;
  #tried = 0;
  #etags = 0;
  readonly #partitions = new Map<string, Map<string, Stored<Record<string, unknown>>>>();
  readonly #postings = new Map<string, StoredPosting[]>();

  /** Counts from now on, and crashes where it is told. */
  arm(crash?: Crash): void {
    this.#crash = crash;
    [this.done, this.#tried, this.isHit] = [0, 0, false];
  }

  read<Document>(id: string, partition: readonly string[]): Promise<Stored<Document> | undefined> {
    return Promise.resolve(this.#rows(partition).get(id) as Stored<Document> | undefined);
  }

  /** The postings of a profile in the order of their commits. */
  postingsOf(profileId: string): readonly StoredPosting[] {
    return this.#postings.get(profileId) ?? [];
  }

  commit(partition: readonly string[], operations: readonly CommitOperation[]): Promise<(string | undefined)[]> {
    if (operations.length === 0) return Promise.resolve([]);
    const rows = this.#rows(partition);
    for (const operation of operations) {
      const wrong = violationOf(operation, rows);
      if (wrong !== undefined) return Promise.reject(wrong);
    }
    this.#tried += 1;
    const isCrash = this.#crash?.at === this.#tried;
    this.isHit ||= isCrash;
    if (isCrash && this.#crash?.isDone === false) return Promise.reject(new StoreUnavailable('gone before'));
    const etags = operations.map((operation) => this.#write(rows, operation));
    this.done += 1;
    return isCrash ? Promise.reject(new StoreUnavailable('gone after')) : Promise.resolve(etags);
  }

  #write(rows: Map<string, Stored<Record<string, unknown>>>, operation: CommitOperation): string | undefined {
    if ('delete' in operation) {
      rows.delete(operation.delete.id);
      return undefined;
    }
    const document = JSON.parse(JSON.stringify(documentOf(operation))) as Record<string, unknown>;
    const etag = String((this.#etags += 1));
    rows.set(String(document['id']), { document, etag });
    const event = eventIn(document);
    if (event !== undefined) this.events.push(event);
    if (document['kind'] === 'posting') {
      const profileId = String(document['profileId']);
      const postings = this.#postings.get(profileId) ?? [];
      this.#postings.set(profileId, postings);
      postings.push(document as unknown as StoredPosting);
    }
    return etag;
  }

  #rows(partition: readonly string[]): Map<string, Stored<Record<string, unknown>>> {
    const key = JSON.stringify(partition);
    const rows = this.#partitions.get(key) ?? new Map<string, Stored<Record<string, unknown>>>();
    this.#partitions.set(key, rows);
    return rows;
  }
}

function violationOf(
  operation: CommitOperation,
  rows: ReadonlyMap<string, Stored<unknown>>,
): DocumentConflict | PreconditionLost | undefined {
  const { id } = documentOf(operation);
  const there = rows.get(id);
  if ('create' in operation) return there === undefined ? undefined : new DocumentConflict(id);
  if ('upsert' in operation) return undefined;
  const isRight = 'delete' in operation ? there !== undefined : there?.etag === operation.ifMatch;
  return isRight ? undefined : new PreconditionLost(id);
}

function documentOf(operation: CommitOperation): { readonly id: string } {
  if ('create' in operation) return operation.create as { id: string };
  if ('upsert' in operation) return operation.upsert as { id: string };
  return 'delete' in operation ? operation.delete : (operation.replace as { id: string });
}
