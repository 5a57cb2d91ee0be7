import type { GroupCommit } from '../storage/group-commit.js';
import type { ContainerStore } from './container-store.js';
import { badRequest, CosmosError, SUBSTATUS_PARTITION_KEY_MISMATCH, tooLarge } from './cosmos-error.js';
import { draftOf, ITEM_BYTES_MAX, Items, type ItemDraft, type ItemOutcome } from './items.js';
import { isJsonObject, type Json, type JsonObject } from './json.js';
import { canonicalKey, type PartitionKeyValue } from './partition-key.js';
import { NOTHING_READ_RU } from './request-charge.js';

const OPERATIONS_MAX = 100;
const FAILED_DEPENDENCY = 424;

/** The answer to a batch: 200 when all of it was done, 207 when none of it was. */
export interface BatchReply {
  readonly status: 200 | 207;
  readonly body: string;
  readonly requestUnits: number;
}

type Operation = (items: Items) => ItemOutcome;

/** Thrown inside the transaction, so that everything before the operation is undone. */
class OperationFailed extends Error {
  constructor(
    readonly index: number,
    readonly reason: CosmosError,
    readonly requestUnits: number,
  ) {
    super(reason.message);
  }
}

/** What a batch runs in. */
export interface BatchContext {
  readonly container: ContainerStore;
  readonly commits: GroupCommit;
  readonly nowSeconds: () => number;
}

/**
 * Runs the operations of a transactional batch in order, all or none. The first that fails decides: it has its own status,
 * all others 424. Throws 400 for what is wrong with the batch as a whole.
 */
export async function runBatch(
  context: BatchContext,
  body: Buffer,
  key: readonly PartitionKeyValue[],
  bodiesWanted: boolean,
): Promise<BatchReply> {
  const { container, commits, nowSeconds } = context;
  if (body.length > ITEM_BYTES_MAX) throw tooLarge('The batch');
  const operations = readOperations(body).map((operation) => prepare(container, operation, key));
  try {
    const outcomes = await commits.submit(() => runAll(operations, new Items(container, nowSeconds())));
    return {
      status: 200,
      body: `[${outcomes.map((outcome) => resultOf(outcome, bodiesWanted)).join(',')}]`,
      requestUnits: sum(outcomes),
    };
  } catch (error) {
    if (!(error instanceof OperationFailed)) throw error;
    const results = operations.map((_, index) => (index === error.index ? failureOf(error.reason) : NOT_DONE));
    return { status: 207, body: `[${results.join(',')}]`, requestUnits: error.requestUnits };
  }
}

function readOperations(body: Buffer): JsonObject[] {
  const operations = parsed(body);
  if (!Array.isArray(operations) || !operations.every(isJsonObject))
    throw badRequest('The batch must be an array of operations.');
  if (operations.length === 0) throw badRequest('The batch is empty.');
  if (operations.length > OPERATIONS_MAX) throw badRequest('Batch request has more operations than what is supported.');
  return operations;
}

function parsed(body: Buffer): Json {
  try {
    return JSON.parse(body.toString('utf8')) as Json;
  } catch {
    throw badRequest('The batch is not valid JSON.');
  }
}

/** Does the part of an operation that needs no transaction; what is wrong with it is told when its turn comes. */
function prepare(container: ContainerStore, operation: JsonObject, key: readonly PartitionKeyValue[]): Operation {
  const { operationType, resourceBody, id } = operation;
  const pk = canonicalKey(key);
  const ifMatch = optionalText(operation['ifMatch']);
  switch (operationType) {
    case 'Create':
      return withDraft(container, resourceBody, key, (items, draft) => items.create(draft));
    case 'Upsert':
      return withDraft(container, resourceBody, key, (items, draft) => items.upsert(draft, ifMatch));
    case 'Replace':
      return withDraft(container, resourceBody, key, (items, draft) => {
        if (draft.id !== id) throw badRequest('The id of an item cannot be changed.');
        return items.replace(draft, ifMatch);
      });
    case 'Read':
      return (items) => items.read(pk, String(id), optionalText(operation['ifNoneMatch']));
    case 'Delete':
      return (items) => items.delete(pk, String(id), ifMatch);
    default:
      throw badRequest(`A batch operation of type ${String(operationType)} is not supported by this server.`);
  }
}

function withDraft(
  container: ContainerStore,
  body: Json | undefined,
  key: readonly PartitionKeyValue[],
  run: (items: Items, draft: ItemDraft) => ItemOutcome,
): Operation {
  try {
    const draft = draftOf(container, body, key);
    return (items) => run(items, draft);
  } catch (error) {
    if (!(error instanceof CosmosError)) throw error;
    if (error.substatus === SUBSTATUS_PARTITION_KEY_MISMATCH) throw badRequest(DIFFERENT_KEY);
    return () => {
      throw error;
    };
  }
}

const DIFFERENT_KEY =
  'One or more operations within the batch request have a different partition key value than the request.';

function runAll(operations: readonly Operation[], items: Items): ItemOutcome[] {
  const outcomes: ItemOutcome[] = [];
  for (const [index, operation] of operations.entries()) {
    try {
      outcomes.push(operation(items));
    } catch (error) {
      if (!(error instanceof CosmosError)) throw error;
      throw new OperationFailed(index, error, sum(outcomes) + NOTHING_READ_RU);
    }
  }
  return outcomes;
}

function resultOf({ status, etag, body, requestUnits }: ItemOutcome, bodyWanted: boolean): string {
  const head = JSON.stringify({ statusCode: status, requestCharge: requestUnits, eTag: etag });
  return body === undefined || !bodyWanted ? head : `${head.slice(0, -1)},"resourceBody":${body}}`;
}

const failureOf = ({ status, substatus, message }: CosmosError): string =>
  JSON.stringify({ statusCode: status, subStatusCode: substatus ?? 0, requestCharge: NOTHING_READ_RU, message });

const NOT_DONE = JSON.stringify({ statusCode: FAILED_DEPENDENCY, subStatusCode: 0, requestCharge: 0 });

const sum = (outcomes: readonly ItemOutcome[]): number =>
  Math.round(outcomes.reduce((total, outcome) => total + outcome.requestUnits, 0) * 100) / 100;

const optionalText = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
