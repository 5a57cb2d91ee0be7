import type { EventEnvelope } from '@ballast/contracts';
import { DocumentConflict, PreconditionLost, StoreUnavailable, eventIn } from '@ballast/cosmos';
import type { CommitOperation, ContainerStore, Stored } from '@ballast/cosmos';

/** What goes wrong with the next commit: the process dies before it, or after it and before its answer. */
export type Crash = 'before' | 'after' | undefined;

/** One partition of a container as far as the books need it, whose next commit can be made to crash. */
export class MemoryStore {
  crash: Crash;
  readonly events: EventEnvelope[] = [];
  private readonly documents = new Map<string, Stored<Record<string, unknown>>>();
  private version = 0;

  constructor(private readonly onEvent: (event: EventEnvelope) => void) {}

  /** As the verbs take it. */
  get asContainer(): ContainerStore {
    return this as unknown as ContainerStore;
  }

  /** Every document, as a reader gets it. */
  all(): Record<string, unknown>[] {
    return [...this.documents.values()].map(({ document }) => copy(document));
  }

  async read<D>(id: string): Promise<Stored<D> | undefined> {
    const stored = this.documents.get(id);
    return stored && { document: copy(stored.document) as D, etag: stored.etag };
  }

  async commit(_partition: readonly string[], operations: readonly CommitOperation[]): Promise<string[]> {
    const { crash } = this;
    this.crash = undefined;
    if (crash === 'before') throw new StoreUnavailable('died before the commit');
    for (const operation of operations) this.check(operation);
    const etags = operations.map((operation) => this.apply(operation));
    if (crash === 'after') throw new StoreUnavailable('died after the commit');
    return etags;
  }

  /** The books with live orders, which is all that is asked for. */
  async query(): Promise<{ items: Record<string, unknown>[] }> {
    return { items: this.all().filter(({ kind, liveOrders }) => kind === 'book' && Number(liveOrders) > 0) };
  }

  private check(operation: CommitOperation): void {
    if ('create' in operation && this.documents.has(idOf(operation.create)))
      throw new DocumentConflict(idOf(operation.create));
    if ('replace' in operation && this.documents.get(idOf(operation.replace))?.etag !== operation.ifMatch)
      throw new PreconditionLost(idOf(operation.replace));
  }

  private apply(operation: CommitOperation): string {
    if ('delete' in operation) throw new Error('the books delete nothing');
    const document = Object.values(operation)[0] as object;
    this.version += 1;
    const etag = `"${this.version}"`;
    this.documents.set(idOf(document), { document: copy(document) as Record<string, unknown>, etag });
    const event = eventIn(document);
    if (event !== undefined && 'create' in operation) {
      this.events.push(copy(event));
      this.onEvent(copy(event));
    }
    return etag;
  }
}

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const idOf = (document: object): string => (document as { id: string }).id;
