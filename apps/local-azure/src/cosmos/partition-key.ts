import { badRequest } from './cosmos-error.js';
import { valueAt, type DocumentPath } from './document-path.js';
import type { JsonObject } from './json.js';

/** One component of a partition key; an empty object stands for "the document has no such property". */
export type PartitionKeyValue = string | number | boolean | null | Record<string, never>;

/** Bytes of a text in a key at most, by how the container hashes it. */
const TEXT_BYTES_MAX = { Hash: 2048, MultiHash: 2048, HashV1: 101 } as const;
const NONE: Record<string, never> = {};

/** Reads the partition key header: a JSON array of scalars. Throws 400 for anything else. */
export function parsePartitionKey(header: string): PartitionKeyValue[] {
  let values: unknown;
  try {
    values = JSON.parse(header);
  } catch {
    throw badRequest(`Partition key ${header} is invalid.`);
  }
  if (!Array.isArray(values) || !values.every(isComponent)) throw badRequest(`Partition key ${header} is invalid.`);
  return values;
}

/** Reads a partition key with a value for every path of the container. Throws 400. */
export function fullKey(text: string, paths: number): PartitionKeyValue[] {
  const key = parsePartitionKey(text);
  if (key.length !== paths) {
    throw badRequest('The partition key supplied has another number of components than the container defines.');
  }
  return key;
}

/** The partition key that a document carries. Throws 400 when a key path holds an array or an object. */
export function partitionKeyOf(document: JsonObject, paths: readonly DocumentPath[]): PartitionKeyValue[] {
  return paths.map((path) => {
    const value = valueAt(document, path);
    if (value === undefined) return NONE;
    if (typeof value === 'object' && value !== null) {
      throw badRequest(`The partition key path /${path.join('/')} does not hold a scalar value.`);
    }
    return value;
  });
}

/** Throws 400 for a text in a key that is longer than the container's hashing takes. */
export function requireKeyLength(key: readonly PartitionKeyValue[], kind: keyof typeof TEXT_BYTES_MAX): void {
  const bytesMax = TEXT_BYTES_MAX[kind];
  if (key.some((value) => typeof value === 'string' && Buffer.byteLength(value) > bytesMax)) {
    throw badRequest(`The partition key is longer than ${bytesMax} bytes.`);
  }
}

/** The text a key is stored and compared under. */
export const canonicalKey = (key: readonly PartitionKeyValue[]): string => JSON.stringify(key);

/** The half-open range of canonical texts of the full keys that begin with `prefix`. */
export function prefixRange(prefix: readonly PartitionKeyValue[]): [from: string, to: string] {
  const start = `${JSON.stringify(prefix).slice(0, -1)},`;
  return prefix.length === 0 ? ['[', '\\'] : [start, `${start}\u{10FFFF}`];
}

function isComponent(value: unknown): value is PartitionKeyValue {
  if (typeof value !== 'object' || value === null) return value !== undefined;
  return !Array.isArray(value) && Object.keys(value).length === 0;
}
