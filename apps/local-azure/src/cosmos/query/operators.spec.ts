import { valueOf } from './functions/evaluate-expression.js';

/**
 * Results as in the public reference: learn.microsoft.com/cosmos-db/query/ operators (bitwise, equality and comparison, logical,
 * ternary and coalesce) and keywords (BETWEEN, IN, LIKE). Precedence as in the grammar of the service, see
 * packages/nosql-language-service/docs/cpp-parity.md of microsoft/vscode-cosmosdb.
 */
describe('an operator', () => {
  const values = ['undefined', 'null', 'true', '1', '"a"', '[1]', '{"a": 1}'];
  const same = (left: string, right: string): unknown => (left === 'undefined' || left !== right ? undefined : true);
  it.each(values.flatMap((left) => values.map((right) => [left, right] as const)))('%s = %s', (left, right) => {
    expect(valueOf(`${left} = ${right}`)).toBe(same(left, right));
    expect(valueOf(`${left} != ${right}`)).toBe(same(left, right) === undefined ? undefined : false);
  });

  const truth = ['true', 'false', 'undefined'];
  const or = [true, true, true, true, false, undefined, true, undefined, undefined];
  const and = [true, false, undefined, false, false, false, undefined, false, undefined];
  it.each(truth.flatMap((left, row) => truth.map((right, column) => [left, right, row * 3 + column] as const)))(
    '%s and %s combine',
    (left, right, index) => {
      expect(valueOf(`${left} OR ${right}`)).toBe(or[index]);
      expect(valueOf(`${left} AND ${right}`)).toBe(and[index]);
    },
  );

  it.each<[string, unknown]>([
    ['NOT true', false],
    ['NOT undefined', undefined],
    ['100 >> 2', 25],
    ['100 << 2', 400],
    ['100 >>> 0', 100],
    ['-1 >>> 0', 4294967295],
    ['100 & 1000', 96],
    ['100 | 1000', 1004],
    ['100 ^ 1000', 908],
    ['~1', -2],
    ['"a" || "b"', 'ab'],
    ['"a" || 1', undefined],
    ['7 % 4', 3],
    ['1 / 0', undefined],
    ['"1" + 1', undefined],
    ['[1] < [2]', undefined],
    ['{"b": 1, "a": [1]} = {"a": [1], "b": 1}', true],
    ['null <= null', true],
    ['false < true', true],
    ['"a" < "b"', true],
    ['1 BETWEEN 1 AND 5', true],
    ['"b" BETWEEN "a" AND "c"', true],
    ['6 NOT BETWEEN 1 AND 5', true],
    ['"a" BETWEEN 1 AND 5', undefined],
    ['"a" IN ("a", "b")', true],
    ['"c" NOT IN ("a", "b")', true],
    ['"c" IN ("a", 1)', undefined],
    ['"20-30%" LIKE "20-30[%]"', true],
    ['"_n" LIKE "[_]n"', true],
    ['"]" LIKE "]"', true],
    ['"xSOtPSx" LIKE "%SO[t-z]PS%"', true],
    ['"xSOaPSx" LIKE "%SO[t-z]PS%"', false],
    ['"xSOdPSx" LIKE "%SO[^abc]PS%"', true],
    ['"xSO_PSx" LIKE "%SO_PS%"', true],
    ['"20% off" LIKE "%20^%%" ESCAPE "^"', true],
    ['"200 off" LIKE "%20^%%" ESCAPE "^"', false],
    ['"Road" LIKE "road%"', false],
    ['"Road" NOT LIKE "M%"', true],
    ['1 LIKE "1"', undefined],
    ['true ? "y" : "n"', 'y'],
    ['undefined ? "y" : "n"', 'n'],
    ['1 ? "y" : "n"', 'n'],
    ['false ? 1 : true ? 2 : 3', 2],
    ['undefined ?? 1', 1],
    ['null ?? 1', null],
    ['undefined ?? undefined ?? 3', 3],
  ])('%s', (expression, expected) => {
    expect(valueOf(expression)).toEqual(expected);
  });

  it.each([
    ['NOT 1 = 2', '(NOT 1) = 2'],
    ['NOT true IN (false)', '(NOT true) IN (false)'],
    ['NOT true AND false', '(NOT true) AND false'],
    ['true OR true AND false', 'true OR (true AND false)'],
    ['1 = 1 ?? 3', '(1 = 1) ?? 3'],
    ['1 ?? 2 = 3', '1 ?? (2 = 3)'],
    ['true AND false ?? true', '(true AND false) ?? true'],
    ['-1 ?? 2', '(-1) ?? 2'],
    ['1 | 2 + 3', '(1 | 2) + 3'],
    ['1 + 2 | 3', '(1 + 2) | 3'],
    ['1 & 2 + 3', '(1 & 2) + 3'],
    ['2 + 3 * 4', '2 + (3 * 4)'],
    ['"a" || "b" = "ab"', '("a" || "b") = "ab"'],
    ['1 < 2 = true', '(1 < 2) = true'],
    ['"a%" LIKE "a" || "%"', '"a%" LIKE ("a" || "%")'],
    ['10 - 2 - 3', '(10 - 2) - 3'],
  ])('%s means %s', (written, meant) => {
    expect(valueOf(written)).toEqual(valueOf(meant));
  });

  it.each<[string, unknown]>([
    [String.raw`"a\"b"`, 'a"b'],
    [String.raw`'it\'s'`, "it's"],
    [String.raw`"\\ \/ \b\f\n\r\t"`, '\\ / \b\f\n\r\t'],
    [String.raw`"\u0041"`, 'A'],
    ['1.5e3', 1500],
    ['c["a b"]', 1],
    ['c.list[1].deep', 'x'],
    ['c.list["1"]', undefined],
    ['c["li" || "st"][0]', 5],
    ['c.missing.deeper', undefined],
    ['c.list.length', undefined],
    ['c.__proto__', undefined],
  ])('literals and accessors: %s', (expression, expected) => {
    expect(valueOf(expression, { 'a b': 1, list: [5, { deep: 'x' }] })).toEqual(expected);
  });
});
