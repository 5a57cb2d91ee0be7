import fc from 'fast-check';
import type { Json, JsonObject } from '../json.js';
import { parseQuery } from './parser.js';
import { plainResults } from './plain-evaluation-fixture.js';
import { COMPOSITE_INDEXES, documents, INDEXED_PATHS, PARAMETERS, queries } from './random-query-fixture.js';
import { StoredCollections, type StoredCollection } from './stored-collection-fixture.js';

/** Sets of documents, more by the environment, and queries over each. */
const SETS = Number(process.env['QUERY_PROPERTY_SETS'] ?? 6);
const QUERIES_PER_SET = 50;
const DOCUMENTS_MAX = 60;
const SEED = Number(process.env['QUERY_PROPERTY_SEED'] ?? 1_729);
const NOW_SECONDS = 2_000;

const parameters = new Map(PARAMETERS.map(({ name, value }) => [name, value]));

/** Each policy, and the paths by whose order documents without a value are left out. */
const POLICIES = [
  {
    id: 'named',
    indexingPolicy: {
      includedPaths: INDEXED_PATHS.map((path) => ({ path: `${path}/?` })),
      excludedPaths: [{ path: '/*' }],
      compositeIndexes: COMPOSITE_INDEXES,
    },
    leavesOut: () => false,
  },
  {
    id: 'everything',
    indexingPolicy: { compositeIndexes: COMPOSITE_INDEXES },
    leavesOut: (path: readonly string[]) => path.join('.') === 'n.x',
  },
];

const histories = fc.array(
  fc.record({
    second: fc.integer({ min: 1_000, max: 1_004 }),
    isExpired: fc.constantFrom(...Array.from({ length: 9 }, () => false), true),
    isReplaced: fc.constantFrom(false, false, false, true),
  }),
  { minLength: DOCUMENTS_MAX, maxLength: DOCUMENTS_MAX },
);

interface Asked {
  readonly text: string;
  readonly key: readonly Json[] | undefined;
  readonly pageSize: number;
}
const asked: fc.Arbitrary<Asked> = fc.record({
  text: queries,
  key: fc.constantFrom(undefined, undefined, undefined, ['p'], ['p'], ['p', 'p'], [1, {}]),
  pageSize: fc.constantFrom(1, 3, 7, 100, 100),
});

/** Asked of every set: what begins with a text though the highest character follows, and texts that no id can be. */
const TRAPS = ['STARTSWITH(c.a, "a")', 'c.id >= "\\u0000"', 'c.id != "b\\u0000"'].map((filter): [Asked] => [
  { text: `SELECT * FROM c WHERE ${filter}`, key: undefined, pageSize: 100 },
]);

describe('a query answered from indexes', () => {
  const collections = new StoredCollections();
  afterAll(() => collections.close());

  it.each(POLICIES)(
    `gives what the evaluator gives without any, with the policy $id (seed ${SEED}, ${SETS * QUERIES_PER_SET} queries)`,
    ({ id, indexingPolicy, leavesOut }) => {
      const sets = fc.sample(fc.tuple(documents(DOCUMENTS_MAX), histories), { numRuns: SETS, seed: SEED });
      for (const [set, [list, history]] of sets.entries()) {
        const partitionKey = { paths: ['/pk', '/sub'], kind: 'MultiHash', version: 2 };
        const body = { id: `${id}${set}`, partitionKey, indexingPolicy, defaultTtl: -1 } as unknown as Json;
        const collection = collections.create(body, (made) => {
          for (const [index, document] of list.entries()) {
            const { second, isExpired, isReplaced } = history[index]!;
            const lifetime: JsonObject = isExpired ? { ttl: 1 } : {};
            made.write({ ...document, ...lifetime }, second, isReplaced ? list.at(-1 - index) : undefined);
          }
        });
        const check = fc.property(asked, (each) => compare(collection, each, leavesOut));
        fc.assert(check, { numRuns: QUERIES_PER_SET, seed: SEED + set, examples: TRAPS });
      }
    },
  );
});

function compare(
  collection: StoredCollection,
  { text, key, pageSize }: Asked,
  leavesOut: (path: readonly string[]) => boolean,
): void {
  const query = parseQuery(text);
  const expected = plainResults(query, parameters, { documents: collection.alive(key, NOW_SECONDS), leavesOut });
  const header: Record<string, string> =
    key === undefined ? {} : { 'x-ms-documentdb-partitionkey': JSON.stringify(key) };
  const headers = { ...header, 'x-ms-max-item-count': String(pageSize) };
  const pages = collection.pages({ query: text, parameters: PARAMETERS } as never, headers, NOW_SECONDS);
  expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(pageSize);
  const found = pages.flat();
  if (query.orderBy.length > 0) return expect(found).toEqual(expected.bounded);
  expect(found).toHaveLength(expected.bounded.length);
  if (found.length === expected.all.length) expect(found.sort()).toEqual([...expected.all].sort());
  else expect(without(found, expected.all)).toEqual([]);
}

/** The members of a list that are not, as often, in another. */
function without(list: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return list.filter((each) => {
    const at = left.indexOf(each);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
