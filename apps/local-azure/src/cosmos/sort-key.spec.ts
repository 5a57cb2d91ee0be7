import fc from 'fast-check';
import type { Json } from './json.js';
import { compare } from './query/values.js';
import { endOfPrefix, sortKey } from './sort-key.js';

const order = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));

describe('a sort key', () => {
  it('orders types as queries do', () => {
    const values: (Json | undefined)[] = [
      undefined,
      null,
      false,
      true,
      -1e300,
      -1,
      0,
      0.5,
      7,
      1e300,
      '',
      '\0',
      'A',
      'a',
      'é',
      '💹',
      [],
      {},
    ];
    const keys = values.map(sortKey);
    expect([...keys].sort(order)).toEqual(keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('orders numbers as numbers and knows one zero', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (left, right) => {
        expect(Math.sign(order(sortKey(left), sortKey(right)))).toBe(
          Math.sign(left === right ? 0 : left < right ? -1 : 1),
        );
      }),
    );
    expect(sortKey(-0)).toBe(sortKey(0));
  });

  it('orders texts by code point and never contains NUL', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (left, right) => {
        expect(order(sortKey(left), sortKey(right))).toBe(order(left, right));
        expect(sortKey(left)).not.toContain('\0');
      }),
    );
  });

  it('tells texts apart that hold halves of characters, and orders them as comparisons do', () => {
    const text = fc.string({ unit: fc.constantFrom('\ud800', '\udfff', '\ufffd', 'a', '\u{1f4b9}', '\x01', '\0') });
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(order(sortKey(left), sortKey(right)) === 0).toBe(left === right);
        expect(Math.sign(order(sortKey(left), sortKey(right)))).toBe(Math.sign(compare(left, right)!));
        expect(Buffer.from(sortKey(left)).toString()).toBe(sortKey(left));
      }),
    );
  });

  it.each([
    ['4a', '4b'],
    ['4a\u{10FFFF}', '4b'],
    ['4\u{10FFFF}\u{10FFFF}', '5'],
    ['4\uD7FF', '4\uE000'],
    ['4', '5'],
  ])('knows where the texts that begin with %j end', (prefix, end) => {
    expect(endOfPrefix(prefix)).toBe(end);
  });
});
