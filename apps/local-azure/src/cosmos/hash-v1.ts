import type { PartitionKeyValue } from './partition-key.js';

/** Characters of a text that count; keys that differ only behind them share their place. */
const TEXT_CHARS_MAX = 100;
const SIGN_BIT = 1n << 63n;
const LOW_64_BITS = (1n << 64n) - 1n;

/** The tags that precede values of each type. */
const TAG = { none: 0x00, null: 0x01, false: 0x02, true: 0x03, number: 0x05, text: 0x08 } as const;

/**
 * The place of a key in the key space of version 1, as upper-case hex: the 32-bit MurmurHash3 of the type-tagged value,
 * written as a number that sorts by its bytes, and behind it the value itself.
 */
export function hashV1(value: PartitionKeyValue): string {
  const short = typeof value === 'string' ? value.slice(0, TEXT_CHARS_MAX) : value;
  return hexOf([...sortableNumber(murmurHash32(tagged(short))), ...sortableValue(short)]);
}

/** The place in the key space of version 1 at which a hash begins. */
export const placeOfHash = (hash: number): string => hexOf(sortableNumber(hash));

const hexOf = (bytes: readonly number[]): string => Buffer.from(bytes).toString('hex').toUpperCase();

function tagged(value: PartitionKeyValue): Buffer {
  if (typeof value === 'string') return Buffer.from([TAG.text, ...Buffer.from(value, 'utf8'), TAG.none]);
  if (typeof value !== 'number') return Buffer.from([tagOf(value)]);
  const bytes = Buffer.alloc(9);
  bytes[0] = TAG.number;
  bytes.writeDoubleLE(value, 1);
  return bytes;
}

const tagOf = (value: Exclude<PartitionKeyValue, string | number>): number =>
  typeof value === 'boolean' ? (value ? TAG.true : TAG.false) : value === null ? TAG.null : TAG.none;

function sortableValue(value: PartitionKeyValue): number[] {
  if (typeof value === 'number') return sortableNumber(value);
  if (typeof value !== 'string') return [tagOf(value)];
  return [TAG.text, ...Buffer.from(value, 'utf8').map((byte) => Math.min(byte + 1, 0xff)), TAG.none];
}

/** The bits of a number in sorting order: eight of them, then groups of seven; the last bit of a byte says that more follow. */
function sortableNumber(value: number): number[] {
  const raw = Buffer.alloc(8);
  raw.writeDoubleBE(value);
  const bits = raw.readBigUInt64BE();
  const sortable = bits < SIGN_BIT ? bits ^ SIGN_BIT : (~bits + 1n) & LOW_64_BITS;
  const bytes = [TAG.number, Number(sortable >> 56n)];
  for (let rest = (sortable << 8n) & LOW_64_BITS; rest !== 0n; rest = (rest << 7n) & LOW_64_BITS) {
    bytes.push(Number(rest >> 56n) | 1);
  }
  if (bytes.length > 2) bytes[bytes.length - 1]! &= 0xfe;
  return bytes;
}

/** MurmurHash3 x86, 32 bits, seed 0 (Austin Appleby, public domain). */
export function murmurHash32(bytes: Buffer): number {
  const blocks = bytes.length >> 2;
  let hash = 0;
  for (let block = 0; block < blocks; block++) {
    hash ^= mixed(bytes.readInt32LE(block * 4));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  const tail = Buffer.alloc(4);
  bytes.copy(tail, 0, blocks * 4);
  hash ^= mixed(tail.readInt32LE()) ^ bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mixed(block: number): number {
  const turned = Math.imul(block, 0xcc9e2d51);
  return Math.imul((turned << 15) | (turned >>> 17), 0x1b873593);
}
