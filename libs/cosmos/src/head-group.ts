import { BATCH_OPERATIONS_MAX, idOf } from './container-store.js';
import type { CommitOperation } from './container-store.js';

/** Changes that one batch holds at most. */
export const TOGETHER_MAX = 16;

/** What a decision wants written, in one batch: `first`, then the head, then `operations`. */
export interface Change<Head, Result> {
  /** The new head, a plain JSON document; absent leaves it as it is. */
  readonly head?: Head;
  readonly operations?: readonly CommitOperation[];
  /** Put before the head, so that their conflict decides: an idempotency row meets its twin before the head is late. */
  readonly first?: readonly CommitOperation[];
  readonly result: Result;
}

/**
 * To be called by a decision before it reads anything but the head it was given: throws where the head has changes that
 * are not committed yet. The decision is then asked again once they are.
 */
export type Alone = () => void;

/** A decision that may be committed together with others. */
export type DecideTogether<Head, Result> = (
  head: Head | undefined,
  alone: Alone,
) => Change<Head, Result> | Promise<Change<Head, Result>>;

/** A change that waits to be decided and committed. */
export interface Waiting<Head> {
  readonly decide: DecideTogether<Head, unknown>;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * Asks them one after the other, each about the head that those before it leave, for as many as go into one batch: up to one
 * that has to be alone, throws, writes a document of another one's, or would make the batch too large. At least the first,
 * and throws what that throws.
 */
export async function decideTogether<Head>(
  waiting: readonly Waiting<Head>[],
  head: Head | undefined,
): Promise<Change<Head, unknown>[]> {
  const changes: Change<Head, unknown>[] = [];
  const written = new Set<string>();
  let latest = head;
  for (const one of waiting.slice(0, TOGETHER_MAX)) {
    const change = changes.length === 0 ? await one.decide(latest, () => undefined) : await after(one, latest);
    const ids = change === undefined ? [] : idsIn(change);
    const isTooMuch = written.size + ids.length + 1 > BATCH_OPERATIONS_MAX || ids.some((id) => written.has(id));
    if (change === undefined || (isTooMuch && changes.length > 0)) break;
    for (const id of ids) written.add(id);
    changes.push(change);
    latest = change.head ?? latest;
  }
  return changes;
}

/** The operations of one batch, in the order of the changes, and the place of the head's among them. */
export function operationsOf<Head>(
  changes: readonly Change<Head, unknown>[],
  writeOf: (head: Head) => CommitOperation,
): { readonly operations: CommitOperation[]; readonly head?: { readonly document: Head; readonly place: number } } {
  const before = changes.slice(0, -1).flatMap(({ first = [], operations = [] }) => [...first, ...operations]);
  const { first = [], operations = [] } = changes.at(-1) ?? {};
  const document = changes.findLast((change) => change.head !== undefined)?.head;
  if (document === undefined) return { operations: [...before, ...first, ...operations] };
  const all = [...before, ...first, writeOf(document), ...operations];
  return { operations: all, head: { document, place: before.length + first.length } };
}

/** Undefined where it is to be asked again as the first: what it throws may be due to what is not committed yet. */
async function after<Head>(
  { decide }: Waiting<Head>,
  head: Head | undefined,
): Promise<Change<Head, unknown> | undefined> {
  try {
    return await decide(head, () => {
      throw new Error('changes before this one are not committed yet');
    });
  } catch {
    return undefined;
  }
}

function idsIn({ first = [], operations = [] }: Change<unknown, unknown>): string[] {
  return [...first, ...operations].map(idOf);
}
