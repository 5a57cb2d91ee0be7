import { dirname, join } from 'node:path';
import { effectivePartitionKey, murmurHash3 } from './effective-partition-key.js';
import type { PartitionKeyValue } from './partition-key.js';

describe('the effective partition key', () => {
  /** The client computes the same hash to find the range of a key; it is the reference here. */
  let hashV2PartitionKey: (key: readonly unknown[]) => string;

  beforeAll(async () => {
    const reference = join(dirname(require.resolve('@azure/cosmos')), 'utils/hashing/v2.js');
    ({ hashV2PartitionKey } = (await import(reference)) as { hashV2PartitionKey: typeof hashV2PartitionKey });
  });

  it.each<[PartitionKeyValue]>([
    ['ballast'],
    [''],
    ['ünï 💹'],
    ['a text that is longer than one block of sixteen bytes'],
    [0],
    [-12.5],
    [1e300],
    [true],
    [false],
    [null],
    [{}],
  ])('of %j is the one that clients compute', (value) => {
    expect(effectivePartitionKey([value], 'Hash')).toBe(hashV2PartitionKey([value]));
  });

  it('of a hierarchical key begins with that of its prefix', () => {
    const whole = effectivePartitionKey(['ballast', 'p1'], 'MultiHash');
    expect(whole).toHaveLength(64);
    expect(whole.startsWith(effectivePartitionKey(['ballast'], 'MultiHash'))).toBe(true);
  });

  it('uses the published MurmurHash3: nothing hashes to nothing, and a known text to its known hash', () => {
    expect(murmurHash3(Buffer.alloc(0))).toEqual([0n, 0n]);
    const [h1, h2] = murmurHash3(Buffer.from('hello'));
    expect([h1.toString(16), h2.toString(16)]).toEqual(['cbd8a7b341bd9b02', '5b1e906a48ae1d19']);
  });
});
