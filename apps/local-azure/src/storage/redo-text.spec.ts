import { assert, array, constant, double, oneof, property, string, tuple } from 'fast-check';
import { changesIn, textOf } from './redo-text.js';
import type { SqlChange } from './sqlite.js';

describe('the text of changes', () => {
  it('has them all, whatever is in their values', () => {
    const number = double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
    const text = oneof(string({ unit: 'grapheme' }), string({ unit: 'grapheme' }).map((inner) => JSON.stringify({ inner }))); // prettier-ignore
    const change = tuple(text, array(oneof(text, number, constant(null), constant('3:a#1;-'))));
    assert(
      property(array(change), (changes) => {
        expect(changesIn(textOf(changes)!)).toEqual(changes);
      }),
    );
  });

  it('can be of an earlier version, in which it was JSON', () => {
    const changes: SqlChange[] = [['INSERT', ['a"b', 1.5, null]], ['DELETE', []]]; // prettier-ignore
    expect(changesIn(JSON.stringify(changes))).toEqual(changes);
    expect(changesIn('[]')).toEqual([]);
  });

  it.each([5n, -0, Infinity, Buffer.from('a')])('cannot have the value %p', (value) => {
    expect(textOf([['INSERT', ['a', value]]])).toBeUndefined();
  });
});
