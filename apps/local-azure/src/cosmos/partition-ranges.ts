import { CosmosError, SUBSTATUS_RANGE_GONE } from './cosmos-error.js';
import type { PartitionKeyKind } from './effective-partition-key.js';
import { placeOfHash } from './hash-v1.js';

/** A physical partition: a half-open part of the hashed key space. */
export interface PartitionRange {
  readonly id: string;
  /** The ids of the ranges that it was split out of. */
  readonly parents: readonly string[];
  /** Upper-case hex; '' is the start of the key space. */
  readonly min: string;
  /** Upper-case hex; 'FF' is the end of the key space. */
  readonly max: string;
}

/** Hashes of version 2 have 6 significant bits in their first byte. */
const FIRST_BYTES = 0x40;
/** Version 1 has hashes of 32 bits. */
const HASHES_V1 = 2 ** 32;
/** Physical partitions of a container at most. */
export const RANGES_MAX = FIRST_BYTES;

/** Splits the key space evenly into that many ranges (at most 64), with ids from `first` on. */
export function splitKeySpace(count: number, kind: PartitionKeyKind, first = 0): PartitionRange[] {
  const start = kind === 'HashV1' ? startV1 : startV2;
  return Array.from({ length: count }, (_, index) => ({
    id: String(first + index),
    parents: parentsOf(index, count, first),
    min: index === 0 ? '' : start(index / count),
    max: index === count - 1 ? 'FF' : start((index + 1) / count),
  }));
}

/** Every split doubled the ranges and took new ids, the first behind the last of those before. */
function parentsOf(index: number, count: number, first: number): string[] {
  if (first === 0) return [];
  const [parent, firstBefore] = [index >> 1, first - count / 2];
  return [...parentsOf(parent, count / 2, firstBefore), String(firstBefore + parent)];
}

const startV2 = (part: number): string =>
  Math.round(part * FIRST_BYTES)
    .toString(16)
    .toUpperCase()
    .padStart(2, '0');

const startV1 = (part: number): string => placeOfHash(Math.round(part * HASHES_V1));

/** The range with that id. Throws 410 when there is none, which makes clients read the ranges again. */
export function rangeById(ranges: readonly PartitionRange[], id: string): PartitionRange {
  const range = ranges.find((candidate) => candidate.id === id);
  if (range === undefined) throw rangeGone(id);
  return range;
}

/** 410: what is asked for is not in the range of that id (any more). */
export const rangeGone = (id: string): CosmosError =>
  new CosmosError(410, 'Gone', `The partition key range ${id} does not exist.`, SUBSTATUS_RANGE_GONE);

/** The range that holds a place in the key space. */
export function rangeOf(ranges: readonly PartitionRange[], epk: string): PartitionRange {
  return ranges.findLast((range) => range.min <= epk) ?? ranges[0]!;
}
