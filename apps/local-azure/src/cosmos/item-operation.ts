import type { ContainerStore } from './container-store.js';
import { badRequest, CosmosError, SUBSTATUS_PARTITION_KEY_MISMATCH, tooLarge } from './cosmos-error.js';
import { draftOf, ITEM_BYTES_MAX, type ItemOutcome, type Items, type PlannedOperation } from './items.js';
import { isJsonObject, type Json, type JsonObject } from './json.js';
import { parseBody } from './request-body.js';
import { readPatch } from './patch.js';
import { NOTHING_READ_RU } from './request-charge.js';

/** Operations of one batch or bulk request at most. */
const OPERATIONS_MAX = 100;
const FAILED_DEPENDENCY = 424;

/** One operation of a batch or bulk request. */
export interface ItemOperation {
  /** The item that it is about. */
  readonly id: string;
  /** Throws what a single request would. */
  readonly plan: (items: Items) => PlannedOperation;
}

/** Reads the list of operations in a request body. Throws 400, and 413 above 2 MB. */
export function readOperations(body: Buffer): JsonObject[] {
  if (body.length > ITEM_BYTES_MAX) throw tooLarge('The batch');
  const operations = parseBody(body);
  if (!Array.isArray(operations) || !operations.every(isJsonObject))
    throw badRequest('The batch must be an array of operations.');
  if (operations.length === 0) throw badRequest('The batch is empty.');
  if (operations.length > OPERATIONS_MAX) throw badRequest('Batch request has more operations than what is supported.');
  return operations;
}

/**
 * Does the part of an operation that needs no transaction. What is wrong with it is thrown when it is run, except for a type
 * that does not exist and a document of another partition: those throw 400 at once.
 */
export function prepareOperation(container: ContainerStore, operation: JsonObject, pk: string): ItemOperation {
  try {
    return prepared(container, operation, pk);
  } catch (error) {
    if (!(error instanceof CosmosError) || error instanceof UnknownOperation) throw error;
    if (error.substatus === SUBSTATUS_PARTITION_KEY_MISMATCH) throw error;
    return refused(String(operation['id']), error);
  }
}

/** An operation that throws an error. */
export function refused(id: string, error: CosmosError): ItemOperation {
  const plan = (): never => {
    throw error;
  };
  return { id, plan };
}

class UnknownOperation extends CosmosError {
  constructor(type: Json | undefined) {
    super(400, 'BadRequest', `A batch operation of type ${String(type)} is not supported by this server.`);
  }
}

function prepared(container: ContainerStore, operation: JsonObject, pk: string): ItemOperation {
  const { operationType, resourceBody } = operation;
  const id = String(operation['id']);
  const ifMatch = optionalText(operation['ifMatch']);
  switch (operationType) {
    case 'Create': {
      const draft = draftOf(container, resourceBody, pk);
      return { id: draft.id, plan: (items) => items.create(draft) };
    }
    case 'Upsert': {
      const draft = draftOf(container, resourceBody, pk);
      return { id: draft.id, plan: (items) => items.upsert(draft, ifMatch) };
    }
    case 'Replace': {
      const draft = draftOf(container, resourceBody, pk);
      if (draft.id !== id) throw badRequest('The id of an item cannot be changed.');
      return { id, plan: (items) => items.replace(draft, ifMatch) };
    }
    case 'Patch': {
      const patch = readPatch(resourceBody, container.definition.keyPaths);
      return { id, plan: (items) => items.patch(pk, id, patch, ifMatch) };
    }
    case 'Read': {
      const read = (items: Items) => items.read(pk, id, optionalText(operation['ifNoneMatch']));
      return { id, plan: (items) => ({ outcome: read(items), write: () => undefined }) };
    }
    case 'Delete':
      return { id, plan: (items) => items.delete(pk, id, ifMatch) };
    default:
      throw new UnknownOperation(operationType);
  }
}

/** The result of an operation that was done, as JSON; a document that was written is left out unless it is wanted. */
export function resultOf({ status, etag, body, requestUnits, isRead }: ItemOutcome, bodyWanted: boolean): string {
  const tag = etag === undefined ? '' : `,"eTag":${JSON.stringify(etag)}`;
  const resource = body === undefined || (!bodyWanted && isRead !== true) ? '' : `,"resourceBody":${body}`;
  return `{"statusCode":${status},"requestCharge":${requestUnits}${tag}${resource}}`;
}

/** The result of an operation that was refused, as JSON. */
export const failureOf = ({ status, substatus, message }: CosmosError): string =>
  JSON.stringify({ statusCode: status, subStatusCode: substatus ?? 0, requestCharge: NOTHING_READ_RU, message });

/** The result of an operation that was not done because of another one, as JSON. */
export const NOT_DONE = JSON.stringify({ statusCode: FAILED_DEPENDENCY, subStatusCode: 0, requestCharge: 0 });

/** The charge of operations that were done. */
export const chargeOf = (outcomes: readonly ItemOutcome[]): number =>
  Math.round(outcomes.reduce((total, outcome) => total + outcome.requestUnits, 0) * 100) / 100;

const optionalText = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
