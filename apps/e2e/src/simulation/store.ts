import type { Container, OperationInput } from '@azure/cosmos';
import { topology } from '@ballast/contracts';
import { copyOf } from './document-copy.js';
import type { Document } from './document-copy.js';
import type { Wire } from './wire.js';

/** A document as it is stored, with the version that a replace must name. */
interface Row {
  /** Frozen: whoever reads it cannot change it for anybody else. */
  readonly document: Document;
  readonly etag: string;
  /** Its place in the container's feed of changes. */
  readonly place: number;
}

/** A question with its parameters. */
interface Asked {
  readonly query: string;
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
}

/** Something was written, in one batch of one partition. */
export interface Written {
  readonly container: string;
  readonly partition: string;
  /** The documents that were created or changed, in their order. */
  readonly documents: readonly Document[];
}

/** A batch's operation with what it came to: a status, and the ETag where it was done. */
interface OperationResult {
  readonly statusCode: number;
  readonly eTag?: string;
}

/** Which of the store's promises are not kept, to show that somebody notices. */
export interface StoreWeakness {
  /** A replace succeeds whatever version it names. */
  readonly forgetsVersions?: boolean;
  /** Documents whose creation never meets an earlier one. */
  readonly isForgotten?: (id: string, container: string) => boolean;
}

/** Requests that are turned away because there are too many, or lost. */
const THROTTLED_RATE = 0.01;
const LOST_RATE = 0.01;
const PATIENCE_MS = 2_000;
const THROTTLED_MS = 40;
/** A batch's operation that was not tried because another one failed. */
const FAILED_DEPENDENCY = 424;
const PAGE_ROWS_MAX = 200;

/** An answer that the SDK throws. */
class StoreAnswer extends Error {
  override readonly name = 'StoreAnswer';

  constructor(
    readonly code: number | string,
    readonly retryAfterInMs?: number,
  ) {
    super(`answered ${code}`);
  }
}

/** One container: partitions of documents by id, and the feed of their changes. */
class Table {
  readonly partitions = new Map<string, Map<string, Row>>();
  /** Ids of what was written, in that order; of each document only its last place counts. */
  readonly feed: { readonly partition: string; readonly id: string }[] = [];
}

/**
 * A document database as the services use one: batches within a partition that are done whole or not at all, versions, a feed
 * of changes. It is never wrong; what is between it and a process is.
 */
export class Store {
  private readonly tables = new Map<string, Table>();
  private etags = 0;

  constructor(
    private readonly wrote: (written: Written) => void,
    private readonly weakness: StoreWeakness = {},
  ) {}

  /** The container as the SDK shows it to a process. */
  container(name: string, wire: Wire): Container {
    const ask = <T>(what: () => string, effect: () => T): Promise<T> =>
      wire.ask(
        () => `${name} ${what()}`,
        () => {
          if (wire.isUnlucky(THROTTLED_RATE)) throw new StoreAnswer(429, THROTTLED_MS);
          return effect();
        },
        { lossRate: LOST_RATE, patienceMs: PATIENCE_MS, lost: () => new StoreAnswer('ECONNRESET') },
      );
    const shown = {
      id: name,
      item: (id: string, partition: string[]) => ({
        read: () =>
          ask(
            () => `reads ${id}`,
            () => this.read(name, id, keyOf(partition)),
          ),
      }),
      items: {
        batch: (operations: OperationInput[], partition: string[]) =>
          ask(
            () => `writes ${operations.map(told).join(', ')}`,
            () => this.batch(name, operations, keyOf(partition)),
          ),
        query: (asked: Asked, { partitionKey }: { partitionKey?: string[] } = {}) => ({
          fetchNext: () =>
            ask(
              () => 'is queried',
              () => this.query(name, asked, partitionKey),
            ),
        }),
        getChangeFeedIterator: (options: { changeFeedStartFrom: object }) => {
          let position = positionIn(options.changeFeedStartFrom);
          return {
            readNext: async () => {
              const page = await ask(
                () => `feed after ${position}`,
                () => this.changes(name, position),
              );
              position = page.position;
              return { result: page.rows, continuationToken: String(position) };
            },
          };
        },
      },
      getFeedRanges: () =>
        ask(
          () => 'names its ranges',
          () => [{ minInclusive: '', maxExclusive: 'FF' }],
        ),
    };
    return shown as unknown as Container;
  }

  /** Every document of a container, as it is stored now. */
  documents(name: string): Document[] {
    return [...this.table(name).partitions.values()].flatMap((rows) => [...rows.values()].map((row) => row.document));
  }

  /** One document as it is stored now. */
  document(name: string, partition: readonly string[], id: string): Document | undefined {
    return this.table(name).partitions.get(keyOf(partition))?.get(id)?.document;
  }

  private read(name: string, id: string, partition: string) {
    const row = this.table(name).partitions.get(partition)?.get(id);
    if (row === undefined) return { statusCode: 404, substatus: 0, resource: undefined, etag: '' };
    return { statusCode: 200, substatus: 0, resource: { ...row.document, _etag: row.etag }, etag: row.etag };
  }

  /** The only questions that are asked: books with live orders, and which of some ids are there. */
  private query(name: string, { query, parameters }: Asked, partition: readonly string[] = []) {
    const isOfBooks = query.includes('c.liveOrders > @none');
    if (!isOfBooks && !query.startsWith('SELECT VALUE c.id FROM c WHERE c.id IN'))
      throw new Error(`nobody knows the answer to ${query}`);
    const rows = this.table(name).partitions.get(keyOf(partition));
    const resources = isOfBooks
      ? this.documents(name).filter(({ kind, liveOrders }) => kind === 'book' && Number(liveOrders) > 0)
      : parameters.map(({ value }) => value).filter((id) => rows?.has(id));
    return { resources, continuationToken: undefined };
  }

  private batch(name: string, operations: readonly OperationInput[], partition: string) {
    const table = this.table(name);
    const rows = table.partitions.get(partition) ?? new Map<string, Row>();
    table.partitions.set(partition, rows);
    const failures = operations.map((operation) => this.violation(rows, operation, name));
    const isDone = failures.every((status) => status === undefined);
    if (!isDone)
      return { result: failures.map((status): OperationResult => ({ statusCode: status ?? FAILED_DEPENDENCY })) };
    const result = operations.map((operation) => this.write(table, partition, operation));
    this.wrote({ container: name, partition, documents: operations.flatMap((one) => documentIn(rows, one)) });
    return { result };
  }

  private violation(rows: ReadonlyMap<string, Row>, operation: OperationInput, name: string): number | undefined {
    const there = rows.get(idOf(operation));
    if (operation.operationType === 'Create')
      return there === undefined || this.weakness.isForgotten?.(idOf(operation), name) === true ? undefined : 409;
    if (operation.operationType === 'Delete') return there === undefined ? 404 : undefined;
    if (operation.operationType !== 'Replace') return undefined;
    if (there === undefined) return 404;
    return this.weakness.forgetsVersions === true || there.etag === operation.ifMatch ? undefined : 412;
  }

  private write(table: Table, partition: string, operation: OperationInput): OperationResult {
    const rows = table.partitions.get(partition) as Map<string, Row>;
    const id = idOf(operation);
    if (!('resourceBody' in operation)) {
      rows.delete(id);
      return { statusCode: 204 };
    }
    this.etags += 1;
    const etag = `"${this.etags}"`;
    table.feed.push({ partition, id });
    rows.set(id, { document: copyOf(operation.resourceBody), etag, place: table.feed.length });
    return { statusCode: 201, eTag: etag };
  }

  private changes(name: string, after: number) {
    const table = this.table(name);
    const rows: Document[] = [];
    let position = after;
    while (position < table.feed.length && rows.length < PAGE_ROWS_MAX) {
      const { partition, id } = table.feed[position] as { partition: string; id: string };
      position += 1;
      const row = table.partitions.get(partition)?.get(id);
      if (row?.place === position) rows.push(row.document);
    }
    return { rows, position };
  }

  private table(name: string): Table {
    const known = this.tables.get(name);
    if (known !== undefined) return known;
    if (!topology.containers.some((container) => container.name === name))
      throw new Error(`there is no container ${name}`);
    const made = new Table();
    this.tables.set(name, made);
    return made;
  }
}

const keyOf = (partition: readonly string[]): string => partition.join('/');

function documentIn(rows: ReadonlyMap<string, Row>, operation: OperationInput): Document[] {
  const row = rows.get(idOf(operation));
  return row === undefined ? [] : [row.document];
}

/** Only a position that was saved has a text. */
function positionIn(start: object): number {
  const { continuationToken } = start as { continuationToken?: string };
  return continuationToken === undefined ? 0 : Number(continuationToken);
}

function idOf(operation: OperationInput): string {
  if ('resourceBody' in operation) return String((operation.resourceBody as { id?: unknown }).id);
  return 'id' in operation ? String(operation.id) : '';
}

function told(operation: OperationInput): string {
  return `${operation.operationType.toLowerCase()} ${idOf(operation)}`;
}
