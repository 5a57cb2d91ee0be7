import type { Container, JSONObject, OperationInput, OperationResponse } from '@azure/cosmos';
import { eventIn } from './event-row.js';
import { DocumentConflict, PreconditionLost, answerOf, storeError } from './store-errors.js';

/** Operations that Cosmos DB takes in one transactional batch. */
export const BATCH_OPERATIONS_MAX = 100;
/** Status of a batch operation that was not tried because another one failed. */
const FAILED_DEPENDENCY = 424;
/** Status of a read that found nothing; with a substatus other than 0 it is not the document that is missing. */
const NOT_FOUND = 404;
/** What no id of a document contains or ends with. */
const NO_ID = /[/\\?#]| $/;
const ID_BYTES_MAX = 1_023;
const SYSTEM_FIELDS: ReadonlySet<string> = new Set(['_rid', '_self', '_etag', '_attachments', '_ts', '_lsn']);

/** A document as it was read, without the store's own fields, and the ETag that a replace must name. */
export interface Stored<Document> {
  readonly document: Document;
  readonly etag: string;
}

/** One write. Each document has an `id` and the fields of its partition key. */
export type CommitOperation =
  | { readonly create: object }
  | { readonly replace: object; readonly ifMatch: string }
  | { readonly upsert: object }
  /** Only what is there can be deleted: a second time is `PreconditionLost`. */
  | { readonly delete: { readonly id: string } };

/** A parameterised query and the page wanted of it. */
export interface Query {
  readonly query: string;
  /** Names with their `@`. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** The full key, or its first parts; absent asks the whole container. */
  readonly partition?: readonly string[];
  /** Documents in one page, at most. */
  readonly pageSize: number;
  /** What the page before gave. */
  readonly continuation?: string;
}

/** One page of a query, in the query's own shape; an absent continuation means that there is no more. */
export interface Page<Document> {
  readonly items: Document[];
  readonly continuation: string | undefined;
}

/**
 * One container. Every method throws `StoreUnavailable` when the store is throttled or unreachable and a plain `Error`
 * when the request itself is wrong.
 */
export class ContainerStore {
  readonly #container: Container;
  readonly #listeners: (() => void)[] = [];

  constructor(container: Container, options: { onCommit?: () => void } = {}) {
    this.#container = container;
    if (options.onCommit) this.#listeners.push(options.onCommit);
  }

  /** Calls `listener` after every commit from here that held an event, so that the relay need not wait for its poll. */
  onCommit(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The document with this id, or `undefined`, also for a text that cannot be an id. */
  async read<D>(id: string, partition: readonly string[]): Promise<Stored<D> | undefined> {
    if (!isDocumentId(id)) return undefined;
    const response = await answered(this.#container.item(id, [...partition]).read<Record<string, unknown>>());
    const { statusCode: status, substatus } = response;
    // The SDK throws for every refusal of a read but a 404, whatever it is about: the container, or a replica that lags.
    if (status === NOT_FOUND && (substatus ?? 0) !== 0)
      throw storeError({ status, substatus, message: `reading ${id} in container ${this.#container.id}` });
    if (response.resource === undefined) return undefined;
    return { document: withoutSystemFields(response.resource) as D, etag: response.etag };
  }

  /** One page of a query. A continuation is good for the same query only. */
  async query<D>(query: Query): Promise<Page<D>> {
    const parameters = Object.entries(query.parameters).map(([name, value]) => ({ name, value }));
    const iterator = this.#container.items.query<D>(
      { query: query.query, parameters },
      {
        maxItemCount: query.pageSize,
        ...(query.partition && { partitionKey: [...query.partition] }),
        ...(query.continuation !== undefined && { continuationToken: query.continuation }),
      },
    );
    const page = await answered(iterator.fetchNext());
    return { items: page.resources ?? [], continuation: page.continuationToken };
  }

  /**
   * Writes all of it or nothing, in one request, and returns the new ETags in the order of the operations. The first
   * operation that fails decides: `DocumentConflict` for a create, `PreconditionLost` for a replace or a delete. No operations, no
   * request.
   */
  async commit(partition: readonly string[], operations: readonly CommitOperation[]): Promise<(string | undefined)[]> {
    if (operations.length === 0) return [];
    if (operations.length > BATCH_OPERATIONS_MAX) {
      throw new Error(`${operations.length} operations do not fit into one batch of ${BATCH_OPERATIONS_MAX}`);
    }
    const response = await answered(
      this.#container.items.batch(operations.map(batchOperation), [...partition], {
        contentResponseOnWriteEnabled: false,
      }),
    );
    const results: OperationResponse[] = response.result ?? [];
    throwFirstFailure(results, operations);
    if (operations.some((operation) => eventIn(documentOf(operation)) !== undefined)) {
      for (const listener of this.#listeners) listener();
    }
    return results.map((result) => result.eTag);
  }
}

/** Whether a document can have this id: the SDK throws for any other before it asks anybody. */
function isDocumentId(id: string): boolean {
  return id !== '' && !NO_ID.test(id) && Buffer.byteLength(id) <= ID_BYTES_MAX;
}

async function answered<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (thrown) {
    throw storeError(answerOf(thrown));
  }
}

function batchOperation(operation: CommitOperation): OperationInput {
  if ('delete' in operation) return { operationType: 'Delete', id: operation.delete.id };
  const resourceBody = documentOf(operation) as JSONObject;
  if ('create' in operation) return { operationType: 'Create', resourceBody };
  if ('upsert' in operation) return { operationType: 'Upsert', resourceBody };
  return { operationType: 'Replace', id: idOf(operation), resourceBody, ifMatch: operation.ifMatch };
}

function throwFirstFailure(results: readonly OperationResponse[], operations: readonly CommitOperation[]): void {
  const failures = operations.flatMap((operation, index) => {
    const status = results[index]?.statusCode;
    return status !== undefined && status < 300 ? [] : [{ operation, status, result: results[index] }];
  });
  const first = failures.find(({ status }) => status !== FAILED_DEPENDENCY) ?? failures[0];
  if (first === undefined) return;
  const { operation, status } = first;
  const id = idOf(operation);
  if (status === 409) throw new DocumentConflict(id);
  const needsIt = 'replace' in operation || 'delete' in operation;
  if (status === 412 || (status === 404 && needsIt)) throw new PreconditionLost(id);
  const { subStatusCode, retryAfterMilliseconds, message } = (first.result ?? {}) as OperationDetail;
  throw storeError({
    status,
    substatus: subStatusCode,
    message: message ?? `writing document ${id}`,
    retryAfterMs: retryAfterMilliseconds,
  });
}

/** What the wire carries for an operation beyond the SDK's type. */
interface OperationDetail {
  readonly subStatusCode?: number;
  readonly retryAfterMilliseconds?: number;
  readonly message?: string;
}

function documentOf(operation: CommitOperation): object {
  if ('create' in operation) return operation.create;
  if ('delete' in operation) return operation.delete;
  return 'upsert' in operation ? operation.upsert : operation.replace;
}

/** The id of the document that it writes. */
export function idOf(operation: CommitOperation): string {
  return (documentOf(operation) as { id: string }).id;
}

function withoutSystemFields(resource: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(resource).filter(([field]) => !SYSTEM_FIELDS.has(field)));
}
