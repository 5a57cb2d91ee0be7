import { hashV1 } from './hash-v1.js';
import type { PartitionKeyValue } from './partition-key.js';

const MASK = (1n << 64n) - 1n;
const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;
/** The two highest bits are cleared, so that a hash never reaches the end of the key space, `FF`. */
const FIRST_BYTE_MASK = 0x3f;

/** How a container spreads its items: over one path (version 2 of the hashing, or version 1), or over several. */
export type PartitionKeyKind = 'Hash' | 'HashV1' | 'MultiHash';

/**
 * The place of a partition key in the hashed key space, as upper-case hex: MurmurHash3 x64-128 over type-tagged bytes
 * (version 2 of the service's hashing; `hash-v1.ts` has version 1). A hierarchical key is the concatenation of its components' hashes, so a prefix
 * of a key is a prefix of the place.
 */
export function effectivePartitionKey(key: readonly PartitionKeyValue[], kind: PartitionKeyKind): string {
  if (kind === 'HashV1') return hashV1(key[0]!);
  return kind === 'MultiHash'
    ? key.map((value) => hashHex(tagged(value))).join('')
    : hashHex(Buffer.concat(key.map(tagged)));
}

function hashHex(bytes: Buffer): string {
  const [h1, h2] = murmurHash3(bytes);
  const place = Buffer.alloc(16);
  place.writeBigUInt64BE(h2, 0);
  place.writeBigUInt64BE(h1, 8);
  place[0]! &= FIRST_BYTE_MASK;
  return place.toString('hex').toUpperCase();
}

function tagged(value: PartitionKeyValue): Buffer {
  switch (typeof value) {
    case 'string':
      return Buffer.concat([Buffer.from([0x08]), Buffer.from(value, 'utf8'), Buffer.from([0xff])]);
    case 'number': {
      const bytes = Buffer.alloc(9);
      bytes[0] = 0x05;
      bytes.writeDoubleLE(value, 1);
      return bytes;
    }
    case 'boolean':
      return Buffer.from([value ? 0x03 : 0x02]);
    default:
      return Buffer.from([value === null ? 0x01 : 0x00]);
  }
}

/** MurmurHash3 x64, 128 bits, seed 0 (Austin Appleby, public domain), as two unsigned 64-bit halves. */
export function murmurHash3(bytes: Buffer): [h1: bigint, h2: bigint] {
  let h1 = 0n;
  let h2 = 0n;
  const blocks = bytes.length >> 4;
  for (let block = 0; block < blocks; block++) {
    h1 ^= mixFirst(bytes.readBigUInt64LE(block * 16));
    h1 = (((rotated(h1, 27n) + h2) & MASK) * 5n + 0x52dce729n) & MASK;
    h2 ^= mixSecond(bytes.readBigUInt64LE(block * 16 + 8));
    h2 = (((rotated(h2, 31n) + h1) & MASK) * 5n + 0x38495ab5n) & MASK;
  }
  const tail = Buffer.alloc(16);
  bytes.copy(tail, 0, blocks * 16);
  h1 ^= mixFirst(tail.readBigUInt64LE(0)) ^ BigInt(bytes.length);
  h2 ^= mixSecond(tail.readBigUInt64LE(8)) ^ BigInt(bytes.length);
  h1 = (h1 + h2) & MASK;
  h2 = (h2 + h1) & MASK;
  h1 = finalMix(h1);
  h2 = finalMix(h2);
  h1 = (h1 + h2) & MASK;
  return [h1, (h2 + h1) & MASK];
}

const rotated = (x: bigint, bits: bigint): bigint => ((x << bits) | (x >> (64n - bits))) & MASK;
const mixFirst = (k: bigint): bigint => (rotated((k * C1) & MASK, 31n) * C2) & MASK;
const mixSecond = (k: bigint): bigint => (rotated((k * C2) & MASK, 33n) * C1) & MASK;

function finalMix(k: bigint): bigint {
  let mixed = ((k ^ (k >> 33n)) * 0xff51afd7ed558ccdn) & MASK;
  mixed = ((mixed ^ (mixed >> 33n)) * 0xc4ceb9fe1a85ec53n) & MASK;
  return mixed ^ (mixed >> 33n);
}
