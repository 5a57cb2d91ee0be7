import type { Container, JSONObject, OperationInput, OperationResponse } from '@azure/cosmos';

/** One version of an item, as its writer was told of it. */
export interface KnownVersion {
  readonly n: number;
  /** Undefined when no answer came that named it. */
  readonly etag: string | undefined;
}

/** The items of a logical partition, by id. */
export type KnownItems = ReadonlyMap<string, KnownVersion>;

/** One change of an item; `n` is undefined for a delete. */
export interface KnownChange {
  readonly id: string;
  readonly n: number | undefined;
}

/** What a write changes, and how it is asked for; gives the tags of what was written, in the order of the changes. */
interface Write {
  readonly changes: readonly KnownChange[];
  readonly ask: () => Promise<readonly (string | undefined)[]>;
}

const HEAD = 'head';
const CREATED = 201;
const OK = 200;
const KINDS = 5;

/**
 * The only writer of a logical partition: one write after the other, of every kind, each noted before it is asked for and when
 * it is answered. So at most one is not known to be done.
 */
export class CrashWriter {
  /** Writes that were answered. */
  answers = 0;
  /** Every change that is known to be done, in order. */
  readonly changes: KnownChange[] = [];
  private items: Map<string, KnownVersion> = new Map();
  private asked: readonly KnownChange[] | undefined;
  private turn = 0;

  constructor(readonly pk: string) {}

  /** Writes without end; rejects when a write was not answered. */
  async run(container: Container): Promise<void> {
    for (;;) {
      this.turn += 1;
      const { changes, ask } = this.next(container);
      this.asked = changes;
      const etags = await ask();
      this.asked = undefined;
      this.answers += 1;
      this.apply(changes, etags);
    }
  }

  /** Compares with what is stored, where the write that was not answered is done whole or not at all; says what contradicts. */
  compare(stored: KnownItems): string[] {
    if (this.asked !== undefined && stored.get(this.asked[0]!.id)?.n === this.asked[0]!.n) this.apply(this.asked, []);
    this.asked = undefined;
    const wrong = [...new Set([...stored.keys(), ...this.items.keys()])].filter((id) => {
      const [found, known] = [stored.get(id), this.items.get(id)];
      return found?.n !== known?.n || (known?.etag !== undefined && known.etag !== found?.etag);
    });
    const said = wrong.map((id) => `${this.pk}/${id}: ${JSON.stringify([this.items.get(id), stored.get(id)])}`);
    this.items = new Map(stored);
    return said;
  }

  private next(container: Container): Write {
    const [{ turn }, head] = [this, this.items.get(HEAD)];
    if (head === undefined) return this.create(container, HEAD);
    const oldest = [...this.items.keys()].find((id) => id !== HEAD);
    switch (turn % KINDS) {
      case 0:
        return this.create(container, `row-${turn}`);
      case 1:
        return this.replace(container, head);
      case 2:
        return this.patch(container, head);
      case 3:
        return oldest === undefined ? this.create(container, `row-${turn}`) : this.remove(container, oldest);
      default:
        return this.batch(container, head);
    }
  }

  private create(container: Container, id: string): Write {
    const changes = [{ id, n: this.turn }];
    return { changes, ask: async () => [(await container.items.create(this.document(changes[0]!))).etag] };
  }

  private replace(container: Container, head: KnownVersion): Write {
    const changes = [{ id: HEAD, n: this.turn }];
    const accessCondition = { type: 'IfMatch', condition: head.etag! };
    const item = container.item(HEAD, this.pk);
    return { changes, ask: async () => [(await item.replace(this.document(changes[0]!), { accessCondition })).etag] };
  }

  private patch(container: Container, head: KnownVersion): Write {
    const changes = [{ id: HEAD, n: this.turn }];
    const by = this.turn - head.n;
    const item = container.item(HEAD, this.pk);
    return { changes, ask: async () => [(await item.patch([{ op: 'incr', path: '/n', value: by }])).etag] };
  }

  private remove(container: Container, id: string): Write {
    const changes = [{ id, n: undefined }];
    return { changes, ask: async () => [(await container.item(id, this.pk).delete()).etag] };
  }

  /** As an outbox does it: the state and its events, or nothing. */
  private batch(container: Container, head: KnownVersion): Write {
    const ids = [HEAD, `event-${this.turn}-1`, `event-${this.turn}-2`];
    const changes = ids.map((id) => ({ id, n: this.turn }));
    const [state, ...events] = changes.map((change) => this.document(change));
    const operations = [
      { operationType: 'Replace', id: HEAD, ifMatch: head.etag, resourceBody: state },
      ...events.map((resourceBody) => ({ operationType: 'Create', resourceBody })),
    ] as OperationInput[];
    return { changes, ask: async () => tagsOf((await container.items.batch(operations, this.pk)).result!) };
  }

  private document({ id, n }: KnownChange): JSONObject {
    return { id, pk: this.pk, n: n! };
  }

  private apply(changes: readonly KnownChange[], etags: readonly (string | undefined)[]): void {
    for (const [index, { id, n }] of changes.entries()) {
      if (n === undefined) this.items.delete(id);
      else this.items.set(id, { n, etag: etags[index] });
    }
    this.changes.push(...changes);
  }
}

function tagsOf(results: readonly OperationResponse[]): (string | undefined)[] {
  const isDone = results.every(({ statusCode }) => statusCode === OK || statusCode === CREATED);
  if (!isDone) throw new Error(`A batch came to ${results.map(({ statusCode }) => statusCode).join()}.`);
  return results.map(({ eTag }) => eTag);
}
