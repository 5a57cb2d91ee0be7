import fc from 'fast-check';
import type { Json, JsonObject } from '../json.js';

/** The paths that an indexing policy names in tests with random queries; tests only. */
export const INDEXED_PATHS = ['/a', '/b', '/n/x', '/q'] as const;

/** The composite indexes there; each begins upwards, so that a query that begins downwards reads it from its end. */
export const COMPOSITE_INDEXES = [
  [
    { path: '/a', order: 'ascending' },
    { path: '/b', order: 'descending' },
  ],
  [
    { path: '/q', order: 'ascending' },
    { path: '/a', order: 'ascending' },
    { path: '/b', order: 'ascending' },
  ],
];

/** Values at which comparisons, types and encodings change. */
const VALUES: readonly Json[] = [
  null, false, true, 0, 1, -1, 2, 1.5, -2.5, 1e300, -1e300, 5e-324, 9007199254740991, -0.1,
  '', 'a', 'A', 'ab', 'abc', 'b', 'é', 'e\u0301', '\u0000', 'a\u0000b', 'a\u0001', '\u0001', '\uffff', '\u{10000}',
  'a\u{10ffff}', 'a\u{10ffff}b', '2', 'true', 'a%', '%_[a]', '\ud800', '\udc00', 'a\ud83d', 'a\u{1f4b9}', '\ufffd',
  [], [1], ['a', [null]], {}, { x: 1 }, { x: 1, y: 'a' }, { y: 'a', x: 1 },
]; // prettier-ignore
const SCALARS = VALUES.filter((value) => typeof value !== 'object' || value === null);
const TEXTS = ['a', 'a', 'a', 'ab', '', 'A', 'b', 'a\u{10ffff}', 'a\u0001', '\u0000', 'a%', '%a_', 'a\ud83d', '\ufffd'];

/** What the random queries call their parameters. */
export const PARAMETERS = VALUES.map((value, index) => ({ name: `@v${index}`, value }));

/** Most values are of these, so that filters find something. */
const COMMON = [0, 1, 2, 4, 6, 15, 17, 28].map((index) => VALUES[index]!);
const common = fc.constantFrom(...COMMON);
const value = fc.oneof(
  { weight: 12, arbitrary: common },
  { weight: 3, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 1, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 3 }) },
);
const scalar = fc.oneof({ weight: 3, arbitrary: common }, fc.constantFrom(...SCALARS));

/** A document without an id; each of its properties is missing now and then. */
const document: fc.Arbitrary<JsonObject> = objectOf({
  pk: fc.constantFrom('p', 'p', 'p', 1, null),
  sub: fc.constantFrom('p', 'p', true),
  a: fc.oneof({ weight: 2, arbitrary: scalar }, value),
  b: value,
  n: fc.oneof({ weight: 6, arbitrary: objectOf({ x: value, y: value }) }, fc.constantFrom<Json[]>(1, [], null)),
  u: value,
  q: fc.oneof({ weight: 20, arbitrary: fc.integer({ min: -4, max: 4 }).map((half) => half / 2) }, scalar),
  tags: fc.oneof({ weight: 4, arbitrary: fc.array(value, { maxLength: 3 }) }, value),
});

function objectOf(properties: Readonly<Record<string, fc.Arbitrary<Json>>>): fc.Arbitrary<JsonObject> {
  const some = Object.entries(properties).map(([name, arbitrary]) => {
    const entry = arbitrary.map((one): [string, Json] => [name, one]);
    return fc.oneof({ weight: 9, arbitrary: entry }, fc.constant(undefined));
  });
  return fc.tuple(...some).map((entries) => Object.fromEntries(entries.filter((entry) => entry !== undefined)));
}

/** Documents, `maxLength` at most and half of that at least; `id` by their number. */
export const documents = (maxLength: number): fc.Arbitrary<JsonObject[]> =>
  fc
    .array(document, { minLength: Math.ceil(maxLength / 2), maxLength, size: 'max' })
    .map((list) => list.map((each, index) => ({ ...each, id: `${'bca'[index % 3]}${index}` })));

const fewTexts = fc.constantFrom('a', 'ab', 'b', 'A', 'é', '', '2', 'a%');
const fewNumbers = fc.integer({ min: -4, max: 4 }).map((half) => half / 2);

/**
 * As many documents as these, whose keys of order are of one type each and always there: clients that merge ordered answers of
 * several ranges refuse others.
 */
export const mergeableDocuments = (count: number): fc.Arbitrary<JsonObject[]> =>
  fc
    .array(
      fc.record({
        pk: fc.constantFrom('p', 'q', 'r', 1, null),
        sub: fc.constantFrom('p', true),
        a: fewTexts,
        b: fewNumbers,
        n: fc.record({ x: fewTexts }),
        q: fewNumbers,
        rest: objectOf({ u: value, tags: fc.array(scalar, { maxLength: 3 }) }),
      }),
      { minLength: count, maxLength: count },
    )
    .map((list) => list.map(({ rest, ...each }, index) => ({ ...each, ...rest, id: `${'bca'[index % 3]}${index}` })));

/** Those that are indexed are asked for most. */
const ROOT_PATHS = [
  'c.a', 'c.a', 'c.a', 'c.b', 'c.b', 'c.b', 'c.q', 'c.q', 'c.q', 'c.n.x', 'c.n.x', 'c.n.x', 'c.id', 'c.id', 'c.u', 'c.u',
  'c.n.y', 'c.n', 'c.z', 'c["a"]', 'c.tags', 'c.pk', 'c.sub',
]; // prettier-ignore

/** A value as a query writes it: as a literal, or as one of the parameters. */
const written: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(common, fc.constantFrom(...VALUES)).map((one) => `@v${VALUES.indexOf(one)}`) },
  { weight: 4, arbitrary: scalar.map((literal) => JSON.stringify(literal)) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 12 }).map((index) => `"${'bca'[index % 3]}${index}"`) },
  { weight: 1, arbitrary: fc.constantFrom('undefined', '[1]', '{"x": 1}', '{}') },
);
const text = fc.constantFrom(...TEXTS).map((literal) => JSON.stringify(literal));
const comparison = fc.constantFrom(' = ', ' != ', ' < ', ' <= ', ' > ', ' >= ');
const not = fc.constantFrom(' ', ' NOT ');

/** One of several phrases, put together from fixed texts and random ones. */
const phrase = (
  weight: number,
  ...parts: readonly (string | fc.Arbitrary<string>)[]
): fc.WeightedArbitrary<string> => ({
  weight,
  arbitrary: fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((texts) => texts.join('')),
});

/** A comparison, list, range or function over one of these paths. */
function leafOver(paths: readonly string[]): fc.Arbitrary<string> {
  const path = fc.constantFrom(...paths);
  const list = fc.array(written, { minLength: 1, maxLength: 4 }).map((items) => items.join(', '));
  const check = fc.constantFrom('IS_DEFINED', 'IS_NULL', 'IS_NUMBER', 'IS_STRING', 'IS_BOOL', 'IS_PRIMITIVE');
  return fc.oneof(
    phrase(8, path, comparison, written),
    phrase(5, written, comparison, path),
    phrase(1, path, comparison, path),
    phrase(3, path, not, 'IN (', list, ')'),
    phrase(3, '(', path, not, 'BETWEEN ', written, ' AND ', written, ')'),
    phrase(5, 'STARTSWITH(', path, ', ', text, fc.constantFrom('', '', ', true', ', false'), ')'),
    phrase(3, check, '(', path, ')'),
    phrase(1, path, ' LIKE ', text),
    phrase(1, 'CONTAINS(', path, ', ', text, ')'),
    phrase(1, 'ARRAY_CONTAINS(', path, ', ', written, ')'),
    phrase(1, '(', path, ' ?? ', written, ') = ', written),
    phrase(1, path),
  );
}

/** A filter over these paths: leaves, and what AND, OR, NOT and `?:` make of them. */
function filterOver(paths: readonly string[]): fc.Arbitrary<string> {
  const { filter } = fc.letrec<{ filter: string }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'xsmall', withCrossShrink: true },
      { weight: 5, arbitrary: leafOver(paths) },
      phrase(3, '(', tie('filter'), fc.constantFrom(' AND ', ' OR ', ' OR '), tie('filter'), ')'),
      phrase(1, 'NOT (', tie('filter'), ')'),
      phrase(1, '(', tie('filter'), ' ? ', tie('filter'), ' : false)'),
    ),
  }));
  return filter;
}

const whereOver = (paths: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    phrase(1, ''),
    phrase(5, ' WHERE ', leafOver(paths)),
    phrase(3, ' WHERE ', filterOver(paths)),
    phrase(2, ' WHERE ', filterOver(paths), ' AND ', filterOver(paths)),
  );

const ORDERS = [
  'c.a', 'c.a DESC', 'c.q', 'c.q DESC', 'c.n.x DESC', 'c.b', 'c.id', 'c.id DESC', 'c._ts DESC',
  'c.a, c.b DESC', 'c.a DESC, c.b', 'c.q, c.a, c.b', 'c.q DESC, c.a DESC, c.b DESC',
]; // prettier-ignore

const count = fc.integer({ min: 0, max: 9 }).map(String);
const order = fc.oneof(phrase(1, ''), phrase(2, ' ORDER BY ', fc.constantFrom(...ORDERS)));
const distinct = fc.constantFrom('', '', '', 'DISTINCT ');
const SELECTIONS = [
  '*',
  'VALUE c.id',
  'VALUE c',
  'VALUE c.a',
  'c.a, c.b',
  'VALUE [c.a, c.q]',
  'VALUE {"k": c.n.x, "v": c.u}',
];

/** Queries whose rows are documents, their items, or both. */
const rowQuery: fc.Arbitrary<string> = fc
  .record({
    body: fc.oneof(
      phrase(6, fc.constantFrom(...SELECTIONS), ' FROM c', whereOver(ROOT_PATHS), order),
      phrase(
        2,
        fc.constantFrom('VALUE t', 'c.id, t'),
        ' FROM c JOIN t IN c.tags',
        whereOver([...ROOT_PATHS, 't', 't.x']),
        order,
      ),
      phrase(1, 'VALUE t FROM t IN c.tags', whereOver(['t', 't.x', 't[0]'])),
    ),
    distinct,
    top: fc.oneof(phrase(4, ''), phrase(1, 'TOP ', count, ' ')),
    page: fc.oneof(phrase(3, ''), phrase(1, ' OFFSET ', count, ' LIMIT ', count)),
  })
  .map(({ body, distinct, top, page }) => `SELECT ${distinct}${top}${body}${top === '' ? page : ''}`);

const AGGREGATES = ['COUNT(1)', 'COUNT(c.u)', 'SUM(c.q)', 'AVG(c.q)', 'MIN(c.a)', 'MAX(c.a)', 'MIN(c.q)', 'MAX(c.q)'];
const COLUMNS =
  'COUNT(1) AS n, COUNT(c.u) AS us, SUM(c.q) AS total, AVG(c.q) AS mean, MIN(c.q) AS low, MAX(c.q) AS high';

const groupQuery: fc.Arbitrary<string> = fc.oneof(
  phrase(1, 'SELECT VALUE ', fc.constantFrom(...AGGREGATES), ' FROM c', whereOver(ROOT_PATHS)),
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('c.a', 'c.q', 'c.n.x', 'c.q, c.pk', 'c.u'), whereOver(ROOT_PATHS))
      .map(([keys, where]) => `SELECT ${keys}, ${COLUMNS} FROM c${where} GROUP BY ${keys}`),
  },
);

/** Queries of every form, over documents like those above. */
export const queries = fc.oneof({ weight: 4, arbitrary: rowQuery }, { weight: 1, arbitrary: groupQuery });
