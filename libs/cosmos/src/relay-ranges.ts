import { createHash } from 'node:crypto';
import type { Container, FeedRange } from '@azure/cosmos';
import type { ContainerStore } from './container-store.js';
import { DocumentConflict, answerOf, storeError } from './store-errors.js';

/** The ranges as they were when the container was first relayed. */
interface RangesDocument {
  readonly id: string;
  readonly ranges: readonly { readonly min: string; readonly max: string }[];
  readonly ttl: -1;
}

/** A feed range and the id of its lease. */
export interface NamedRange {
  readonly id: string;
  readonly range: FeedRange;
}

/**
 * The feed ranges of a container under which the leases of `name` are kept. They are recorded at the first start and stay:
 * when Cosmos DB splits a partition, the SDK follows the split inside the range's continuation, while new ranges would
 * begin without a checkpoint and send everything again.
 */
export async function relayRanges(container: Container, leases: ContainerStore, name: string): Promise<NamedRange[]> {
  const current = await feedRanges(container);
  const recorded = await recordedRanges(leases, `${name}:ranges`, current);
  return recorded.ranges.map(({ min, max }) => {
    const known = current.find((range) => range.minInclusive === min && range.maxExclusive === max);
    return { id: `${name}:${hashOf(min, max)}`, range: known ?? rangeLike(current, min, max) };
  });
}

async function feedRanges(container: Container): Promise<readonly FeedRange[]> {
  try {
    return await container.getFeedRanges();
  } catch (thrown) {
    throw storeError(answerOf(thrown));
  }
}

async function recordedRanges(
  leases: ContainerStore,
  id: string,
  current: readonly FeedRange[],
): Promise<RangesDocument> {
  const earlier = await leases.read<RangesDocument>(id, [id]);
  if (earlier) return earlier.document;
  const ranges = current.map((range) => ({ min: range.minInclusive, max: range.maxExclusive }));
  const document: RangesDocument = { id, ranges, ttl: -1 };
  try {
    await leases.commit([id], [{ create: document }]);
    return document;
  } catch (error) {
    if (!(error instanceof DocumentConflict)) throw error;
    return recordedRanges(leases, id, current);
  }
}

/** The SDK exports no constructor for a range that has been split since; its own ranges know it. */
function rangeLike(current: readonly FeedRange[], min: string, max: string): FeedRange {
  const constructor = current[0]?.constructor;
  if (!constructor) throw new Error('the container has no feed ranges');
  return Reflect.construct(constructor, [min, max]) as FeedRange;
}

function hashOf(min: string, max: string): string {
  return createHash('sha256').update(`${min}-${max}`).digest('hex').slice(0, 12);
}
