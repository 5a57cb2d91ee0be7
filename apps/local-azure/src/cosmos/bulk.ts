import type { BatchContext, BatchReply } from './batch.js';
import type { ContainerStore } from './container-store.js';
import { badRequest, CosmosError } from './cosmos-error.js';
import {
  chargeOf,
  failureOf,
  NOT_DONE,
  prepareOperation,
  readOperations,
  refused,
  resultOf,
  type ItemOperation,
} from './item-operation.js';
import { carryOut, Items, type ItemOutcome } from './items.js';
import type { JsonObject } from './json.js';
import { canonicalKey, fullKey } from './partition-key.js';
import { rangeById, rangeGone, type PartitionRange } from './partition-ranges.js';
import { NOTHING_READ_RU } from './request-charge.js';

/** How a bulk request is done. */
export interface BulkOptions {
  /** The range that all its operations are for. */
  readonly rangeId: string | undefined;
  /** Whether the operations after one that failed are done all the same; else they have 424. */
  readonly continueOnError: boolean;
  readonly bodiesWanted: boolean;
}

/**
 * Runs independent operations on the partitions of one range, in order, each done or refused by itself; all that are done
 * are on disk before the answer. Throws 400 for what is wrong with the request as a whole, 410 for an unknown range.
 */
export async function runBulk(context: BatchContext, body: Buffer, options: BulkOptions): Promise<BatchReply> {
  const { container, commits, nowSeconds } = context;
  if (options.rangeId === undefined) throw badRequest('A bulk request needs a partition key range id.');
  const range = rangeById(container.ranges, options.rangeId);
  const operations = readOperations(body).map((operation) => prepare(container, operation, range));
  let failed = false;
  const run = (operation: ItemOperation) => (): ItemOutcome | undefined => {
    if (failed && !options.continueOnError) return undefined;
    try {
      return carryOut(operation.plan(new Items(container, nowSeconds())));
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const whenRefused = container.effects.isPlain ? 'nothing was written' : 'undo';
  const settled = await Promise.allSettled(operations.map((operation) => commits.submit(run(operation), whenRefused)));
  const results = settled.map((result) => resultText(result, options.bodiesWanted));
  const done = settled.flatMap((result) => (result.status === 'fulfilled' && result.value ? [result.value] : []));
  const refused = settled.filter(({ status }) => status === 'rejected').length;
  return {
    status: refused > 0 ? 207 : 200,
    body: `[${results.join(',')}]`,
    requestUnits: chargeOf(done) + refused * NOTHING_READ_RU,
  };
}

function prepare(container: ContainerStore, operation: JsonObject, range: PartitionRange): ItemOperation {
  try {
    const { partitionKey } = operation;
    if (typeof partitionKey !== 'string') throw badRequest('A bulk operation needs its partition key, as JSON text.');
    const key = fullKey(partitionKey, container.definition.keyPaths.length);
    const place = container.places.placeOf(key);
    if (place < range.min || place >= range.max) throw rangeGone(range.id);
    return prepareOperation(container, operation, canonicalKey(key));
  } catch (error) {
    if (!(error instanceof CosmosError)) throw error;
    return refused(String(operation['id']), error);
  }
}

function resultText(result: PromiseSettledResult<ItemOutcome | undefined>, bodiesWanted: boolean): string {
  if (result.status === 'fulfilled')
    return result.value === undefined ? NOT_DONE : resultOf(result.value, bodiesWanted);
  if (result.reason instanceof CosmosError) return failureOf(result.reason);
  throw result.reason;
}
