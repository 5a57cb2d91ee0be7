import type { JsonObject } from '../json.js';
import { compile } from './evaluator.js';
import { parseQuery } from './parser.js';
import { NameScope } from './scope.js';

const document: JsonObject = {
  n: 1,
  text: 'a',
  yes: true,
  no: false,
  nil: null,
  list: [1, { k: 'v', w: 2 }],
  deep: { er: { x: 5 } },
};

const valueOf = (expression: string): unknown => {
  const { selection } = parseQuery(`SELECT VALUE ${expression} FROM c`);
  if (selection.kind !== 'value') throw new Error('not a value');
  const context = { parameters: new Map([['@p', 5]]), scope: NameScope.ofDocument('c'), clock: () => 0 };
  return compile(selection.expression, context)([document]);
};

describe('an expression', () => {
  it.each<[string, unknown]>([
    ['c.missing', undefined],
    ['c.missing.deeper', undefined],
    ['c.deep.er["x"]', 5],
    ['c.list[1].k', 'v'],
    ['c.yes AND c.missing', undefined],
    ['c.no AND c.missing', false],
    ['c.missing AND c.no', false],
    ['c.yes OR c.missing', true],
    ['c.missing OR c.yes', true],
    ['c.no OR c.missing', undefined],
    ['NOT c.missing', undefined],
    ['NOT c.n', undefined],
    ['c.n = "1"', undefined],
    ['c.n != null', undefined],
    ['c.missing = c.missing', undefined],
    ['c.nil = null', true],
    ['c.nil <= null', true],
    ['c.no < c.yes', true],
    ['c.list < c.list', undefined],
    ['c.list = [1, {"w": 2, "k": "v"}]', true],
    ['c.missing ?? c.n', 1],
    ['c.nil ?? c.n', null],
    ['c.yes ? "y" : "n"', 'y'],
    ['c.missing ? "y" : "n"', 'n'],
    ['1 + 2 * 3 - 4', 3],
    ['(1 + 2) * 3', 9],
    ['7 % 4', 3],
    ['1 / 0', undefined],
    ['-c.n', -1],
    ['@p - -2', 7],
    ["\"it's\" || ' ok'", "it's ok"],
    ["'it\\'s \\u0041'", "it's A"],
    ['c.n = 1 AND c.text = "a" OR c.no', true],
    ['NOT c.n = 2 AND c.yes', undefined],
    ['NOT (c.n = 2) AND c.yes', true],
    ['c.missing IN (1)', undefined],
    ['c.n IN (c.missing, 1)', true],
    ['c.text LIKE "[a-c]"', true],
    ['"50%" LIKE "50!%" ESCAPE "!"', true],
    ['ARRAY_CONTAINS(c.list, {"k": "v"})', false],
    ['ARRAY_CONTAINS(c.list, {"k": "v"}, true)', true],
    ['ARRAY_LENGTH(c.list)', 2],
    ['CONTAINS(c.text, c.missing)', undefined],
    ['{"a": c.missing, "b": [c.missing, 1]}', { b: [1] }],
    ['IS_DEFINED(c.nil)', true],
    ['undefined', undefined],
  ])('%s', (expression, expected) => {
    expect(valueOf(expression)).toEqual(expected);
  });

  it.each([
    'SELECT',
    'SELECT VALUE (c.n FROM c',
    'SELECT c., 1 FROM c',
    "SELECT 'open FROM c",
    'SELECT * FROM c WHERE c.n BETWEEN 1',
    '',
    'SELECT * FROM c; DROP',
  ])('refuses %j as a syntax error', (query) => {
    expect(() => parseQuery(query)).toThrow(expect.objectContaining({ status: 400 }));
  });
});
