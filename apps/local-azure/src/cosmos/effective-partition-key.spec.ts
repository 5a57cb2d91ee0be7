import { dirname, join } from 'node:path';
import { effectivePartitionKey, murmurHash3 } from './effective-partition-key.js';
import type { PartitionKeyValue } from './partition-key.js';

describe('the effective partition key', () => {
  /** The client computes the same hash to find the range of a key; it is the reference here. */
  let hashPartitionKey: (key: readonly unknown[], definition: object) => string;

  beforeAll(async () => {
    const reference = join(dirname(require.resolve('@azure/cosmos')), 'utils/hashing/hash.js');
    ({ hashPartitionKey } = (await import(reference)) as { hashPartitionKey: typeof hashPartitionKey });
  });

  const values: [PartitionKeyValue][] = [
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
    [2 ** 53],
    ['x'.repeat(150)],
  ];

  it.each(values)('of %j is the one that clients compute, in both versions', (value) => {
    expect(effectivePartitionKey([value], 'Hash')).toBe(hashPartitionKey([value], { kind: 'Hash', version: 2 }));
    expect(effectivePartitionKey([value], 'HashV1')).toBe(hashPartitionKey([value], { kind: 'Hash' }));
  });

  it('of several values is the one that clients compute', () => {
    const key = ['ballast', 7, null];
    expect(effectivePartitionKey(key, 'MultiHash')).toBe(hashPartitionKey(key, { kind: 'MultiHash', version: 2 }));
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
