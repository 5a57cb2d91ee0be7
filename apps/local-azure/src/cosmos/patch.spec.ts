import type { Json, JsonObject } from './json.js';
import { patched, readPatch } from './patch.js';

describe('a patch', () => {
  const keyPaths = [['tenant'], ['address', 'city']];
  const apply = (document: JsonObject, operations: Json): JsonObject =>
    patched(structuredClone(document), readPatch(operations, keyPaths));

  // learn.microsoft.com, "Partial document update in Azure Cosmos DB", supported operations
  it.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['adds a property', { op: 'add', path: '/b', value: 2 }, { a: 1 }, { a: 1, b: 2 }],
    ['adds by replacing', { op: 'add', path: '/a', value: null }, { a: 1 }, { a: null }],
    ['adds before an index', { op: 'add', path: '/a/1', value: 9 }, { a: [1, 2] }, { a: [1, 9, 2] }],
    ['adds at the length', { op: 'add', path: '/a/2', value: 9 }, { a: [1, 2] }, { a: [1, 2, 9] }],
    ['adds at -', { op: 'add', path: '/a/-', value: 9 }, { a: [1, 2] }, { a: [1, 2, 9] }],
    ['sets a new property', { op: 'set', path: '/o/b', value: [1] }, { o: {} }, { o: { b: [1] } }],
    ['sets an element', { op: 'set', path: '/a/0', value: 9 }, { a: [1, 2] }, { a: [9, 2] }],
    ['replaces a property', { op: 'replace', path: '/a', value: 'x' }, { a: 1 }, { a: 'x' }],
    ['replaces an element', { op: 'replace', path: '/a/1', value: 9 }, { a: [1, 2] }, { a: [1, 9] }],
    ['removes a property', { op: 'remove', path: '/a' }, { a: 1, b: 2 }, { b: 2 }],
    ['removes an element', { op: 'remove', path: '/a/0' }, { a: [1, 2] }, { a: [2] }],
    ['increments', { op: 'incr', path: '/o/n', value: -1.5 }, { o: { n: 2 } }, { o: { n: 0.5 } }],
    ['increments what is absent', { op: 'incr', path: '/n', value: 5 }, {}, { n: 5 }],
    ['moves', { op: 'move', from: '/a', path: '/o/b' }, { a: 1, o: {} }, { o: { b: 1 } }],
    ['moves over a property', { op: 'move', from: '/a', path: '/b' }, { a: 1, b: 2 }, { b: 1 }],
    ['moves within an array', { op: 'move', from: '/a/0', path: '/a/-' }, { a: [1, 2] }, { a: [2, 1] }],
    ['reads ~1 and ~0', { op: 'set', path: '/a~1b~0', value: 1 }, {}, { 'a/b~': 1 }],
    ['treats __proto__ as a name', { op: 'set', path: '/__proto__', value: 1 }, {}, JSON.parse('{"__proto__":1}')],
  ])('%s', (_, operation, before, after) => {
    expect(JSON.stringify(apply(before, [operation]))).toBe(JSON.stringify(after));
  });

  it.each<[string, JsonObject, RegExp]>([
    ['an index beyond the end', { op: 'add', path: '/list/3', value: 1 }, /beyond the end/],
    ['set beyond the end', { op: 'set', path: '/list/3', value: 1 }, /beyond the end/],
    ['a path that would have to be made', { op: 'add', path: '/x/y', value: 1 }, /no path found beyond: 'x'/],
    ['a path through a scalar', { op: 'add', path: '/n/y', value: 1 }, /no path found beyond: 'n'/],
    ['an index that is none', { op: 'add', path: '/list/one', value: 1 }, /not an index/],
    ['an index with a leading zero', { op: 'set', path: '/list/00', value: 1 }, /not an index/],
    ['replace of what is absent', { op: 'replace', path: '/x', value: 1 }, /Node\(x\) to be replaced is absent/],
    ['replace of what is inherited', { op: 'replace', path: '/toString', value: 1 }, /is absent/],
    ['remove of what is absent', { op: 'remove', path: '/x' }, /Node\(x\) to be removed is absent/],
    ['remove beyond the end', { op: 'remove', path: '/list/2' }, /Node\(2\) to be removed is absent/],
    ['move of what is absent', { op: 'move', from: '/x', path: '/y' }, /to be removed is absent/],
    ['incr of a text', { op: 'incr', path: '/text', value: 1 }, /only a number/],
    ['move into itself', { op: 'move', from: '/o', path: '/o/inner' }, /into itself/],
    ['an unknown operation', { op: 'copy', from: '/n', path: '/m' }, /no operation/],
    ['incr by a text', { op: 'incr', path: '/n', value: '1' }, /is a number/],
    ['an operation without a value', { op: 'set', path: '/n' }, /no value/],
    ['a path without a slash', { op: 'set', path: 'n', value: 1 }, /not a path/],
    ['the root', { op: 'set', path: '/', value: 1 }, /not a path/],
    ['the id', { op: 'set', path: '/id', value: 'b' }, /cannot be patched/],
    ['a property of the service', { op: 'set', path: '/_etag', value: 'b' }, /cannot be patched/],
    ['the partition key', { op: 'set', path: '/tenant', value: 'b' }, /cannot be patched/],
    ['what holds the partition key', { op: 'remove', path: '/address' }, /cannot be patched/],
    ['a move from the partition key', { op: 'move', from: '/address/city', path: '/x' }, /cannot be patched/],
  ])('refuses %s with 400', (_, operation, message) => {
    const before = { id: 'a', n: 1, list: [1, 2], text: 'x', o: {}, tenant: 't', address: { city: 'c' } };
    const refused = expect.objectContaining({ status: 400, message: expect.stringMatching(message) });
    expect(() => apply(before, [operation])).toThrow(refused);
  });

  it('applies operations in order and names the one that cannot be done', () => {
    const operations: Json[] = [
      { op: 'set', path: '/o', value: {} },
      { op: 'incr', path: '/o/n', value: 2 },
      { op: 'remove', path: '/gone' },
    ];
    expect(apply({}, operations.slice(0, 2))).toEqual({ o: { n: 2 } });
    expect(() => apply({}, operations)).toThrow(/^For Operation\(3\)/);
  });

  it('has one to ten operations', () => {
    const operations = (count: number) => Array.from({ length: count }, () => ({ op: 'incr', path: '/n', value: 1 }));
    expect(apply({}, operations(10))).toEqual({ n: 10 });
    for (const count of [0, 11]) {
      expect(() => apply({}, operations(count))).toThrow(expect.objectContaining({ status: 400 }));
    }
  });

  it('is done only where its condition is true', () => {
    const conditional = (condition: Json) => ({ condition, operations: [{ op: 'incr', path: '/n', value: 1 }] });
    expect(apply({ n: 1 }, conditional('from c where c.n = 1'))).toEqual({ n: 2 });
    for (const condition of ['from c where c.n = 2', 'FROM x WHERE x.absent > 0']) {
      const unmet = expect.objectContaining({ status: 412, substatus: 1110 });
      expect(() => apply({ n: 1 }, conditional(condition))).toThrow(unmet);
    }
    for (const condition of ['c.n = 1', 'from c', 'from c where', 'from c where c.n = 1 order by c.n', 1]) {
      expect(() => apply({ n: 1 }, conditional(condition))).toThrow(expect.objectContaining({ status: 400 }));
    }
  });
});
