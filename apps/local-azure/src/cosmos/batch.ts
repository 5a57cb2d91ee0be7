import { HalfWritten, type GroupCommit } from '../storage/group-commit.js';
import type { ContainerStore } from './container-store.js';
import { badRequest, CosmosError, SUBSTATUS_PARTITION_KEY_MISMATCH } from './cosmos-error.js';
import {
  chargeOf,
  failureOf,
  NOT_DONE,
  prepareOperation,
  readOperations,
  resultOf,
  type ItemOperation,
} from './item-operation.js';
import { carryOut, Items, type ItemOutcome } from './items.js';
import type { JsonObject } from './json.js';
import { NOTHING_READ_RU } from './request-charge.js';

/** The answer to a batch: 200 when all of it was done, 207 when something was not. */
export interface BatchReply {
  readonly status: 200 | 207;
  readonly body: string;
  readonly requestUnits: number;
}

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
  pk: string,
  bodiesWanted: boolean,
): Promise<BatchReply> {
  const { container, commits, nowSeconds } = context;
  const operations = readOperations(body).map((operation) => prepare(container, operation, pk));
  const [run, whenRefused] =
    container.effects.isPlain && haveOwnIds(operations)
      ? ([writeAfterAll, 'nothing was written'] as const)
      : ([writeAfterEach, 'undo'] as const);
  try {
    const outcomes = await commits.submit(() => run(operations, new Items(container, nowSeconds())), whenRefused);
    return {
      status: 200,
      body: `[${outcomes.map((outcome) => resultOf(outcome, bodiesWanted)).join(',')}]`,
      requestUnits: chargeOf(outcomes),
    };
  } catch (error) {
    if (!(error instanceof OperationFailed)) throw error;
    const results = operations.map((_, index) => (index === error.index ? failureOf(error.reason) : NOT_DONE));
    return { status: 207, body: `[${results.join(',')}]`, requestUnits: error.requestUnits };
  }
}

function prepare(container: ContainerStore, operation: JsonObject, pk: string): ItemOperation {
  try {
    return prepareOperation(container, operation, pk);
  } catch (error) {
    const isForeign = error instanceof CosmosError && error.substatus === SUBSTATUS_PARTITION_KEY_MISMATCH;
    throw isForeign ? badRequest(DIFFERENT_KEY) : error;
  }
}

const DIFFERENT_KEY =
  'One or more operations within the batch request have a different partition key value than the request.';

/** Whether each operation is about an item of its own, so that none can see what another one writes. */
const haveOwnIds = (operations: readonly ItemOperation[]): boolean =>
  new Set(operations.map(({ id }) => id)).size === operations.length;

/** Writes nothing before all operations were found possible. */
function writeAfterAll(operations: readonly ItemOperation[], items: Items): ItemOutcome[] {
  const writes: (() => void)[] = [];
  const outcomes = outcomesOf(operations, ({ plan }) => {
    const { outcome, write } = plan(items);
    writes.push(write);
    return outcome;
  });
  try {
    for (const write of writes) write();
  } catch (error) {
    throw new HalfWritten(error);
  }
  return outcomes;
}

/** Writes what each operation needs before the next one is looked at. */
const writeAfterEach = (operations: readonly ItemOperation[], items: Items): ItemOutcome[] =>
  outcomesOf(operations, ({ plan }) => carryOut(plan(items)));

function outcomesOf(
  operations: readonly ItemOperation[],
  perform: (operation: ItemOperation) => ItemOutcome,
): ItemOutcome[] {
  const outcomes: ItemOutcome[] = [];
  for (const [index, operation] of operations.entries()) {
    try {
      outcomes.push(perform(operation));
    } catch (error) {
      if (!(error instanceof CosmosError)) throw error;
      throw new OperationFailed(index, error, chargeOf(outcomes) + NOTHING_READ_RU);
    }
  }
  return outcomes;
}
