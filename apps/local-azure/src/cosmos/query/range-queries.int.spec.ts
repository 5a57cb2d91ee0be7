import type { Container, FeedOptions, JSONValue } from '@azure/cosmos';
import fc from 'fast-check';
import { CosmosFixture, RANGE_COUNTS } from '../cosmos-fixture.js';
import type { JsonObject } from '../json.js';
import type { Query } from './ast.js';
import { boundsOf } from './page-builder.js';
import { parseQuery } from './parser.js';
import { plainResults } from './plain-evaluation-fixture.js';
import { COMPOSITE_INDEXES, INDEXED_PATHS, mergeableDocuments, PARAMETERS, queries } from './random-query-fixture.js';
import { canonicalText } from './values.js';

/** More by the environment. */
const QUERIES = Number(process.env['QUERY_PROPERTY_SDK_QUERIES'] ?? 60);
const SEED = Number(process.env['QUERY_PROPERTY_SEED'] ?? 1_729);
const DOCUMENTS = 60;

/** Results that the client leaves out when it finds the distinct ones among those of several ranges. */
const LOST_BY_CLIENT: ReadonlySet<string> = new Set(['null', 'false', '0', '""']);

const parameters = PARAMETERS.map(({ name, value }) => ({ name, value: value as JSONValue }));
const values = new Map(PARAMETERS.map(({ name, value }) => [name, value]));

describe.each(RANGE_COUNTS)('random queries over %d physical partitions, through the real SDK', (ranges) => {
  let fixture: CosmosFixture;
  let container: Container;
  let stored: JsonObject[];

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
    await fixture.database.containers.create({
      id: 'random',
      partitionKey: { paths: ['/pk', '/sub'], kind: 'MultiHash' as never, version: 2 },
      indexingPolicy: {
        includedPaths: INDEXED_PATHS.map((path) => ({ path: `${path}/?` })),
        excludedPaths: [{ path: '/*' }],
        compositeIndexes: COMPOSITE_INDEXES as never,
      },
    });
    container = fixture.database.container('random');
    stored = [];
    for (const document of fc.sample(mergeableDocuments(DOCUMENTS), { numRuns: 1, seed: SEED })[0]!) {
      stored.push((await container.items.create(document)).resource as JsonObject);
    }
  });
  afterAll(() => fixture.close());

  const run = async (query: string, options: FeedOptions): Promise<string[]> => {
    const { resources } = await container.items.query<JSONValue>({ query, parameters }, options).fetchAll();
    return resources.map((each) => canonicalText(each as never));
  };

  it(`give what the evaluator gives (seed ${SEED}, ${QUERIES} queries)`, async () => {
    const asked = fc.record({ text: queries, maxItemCount: fc.constantFrom(2, 7, 100) });
    const check = fc.asyncProperty(asked, async ({ text, maxItemCount }) => {
      const query = parseQuery(text);
      const plain = plainResults(query, values, { documents: stored, leavesOut: () => false });
      const all = plain.all.filter((result) => ranges === 1 || !query.distinct || !LOST_BY_CLIENT.has(result));
      const { offset, limit } = boundsOf(query, values);
      const bounded = all.slice(offset, offset + limit);
      const found = await run(text, { maxItemCount, maxDegreeOfParallelism: ranges });
      expect(found).toHaveLength(bounded.length);
      for (const result of found) expect(all).toContain(result);
      if (found.length === all.length) expect([...found].sort()).toEqual([...all].sort());
      const keys = orderKeys(query);
      if (keys !== undefined) expect(found.map(keys)).toEqual(bounded.map(keys));
    });
    await fc.assert(check, { numRuns: QUERIES, seed: SEED });
  });
});

/** The keys of order of a result that is a whole document; undefined for a query that has no order, or gives something else. */
function orderKeys({ orderBy, selection }: Query): ((result: string) => string[]) | undefined {
  if (orderBy.length === 0 || selection.kind !== 'everything') return undefined;
  return (result) => {
    const { a, b, q, n, id, _ts } = JSON.parse(result) as JsonObject;
    const keys: JsonObject = {
      'c.a': a!,
      'c.b': b!,
      'c.q': q!,
      'c.n.x': (n as JsonObject)['x']!,
      'c.id': id!,
      'c._ts': _ts!,
    };
    return orderBy.map(({ text }) => JSON.stringify(keys[text]));
  };
}
