import type { Container, FeedOptions, JSONValue } from '@azure/cosmos';
import { CosmosFixture, RANGE_COUNTS } from '../cosmos-fixture.js';

/** Each in a partition of its own, so that several ranges hold them; values are missing, null and of several types. */
const ITEMS = [
  { id: '1', g: 'a', v: 1, w: 'x' }, { id: '2', g: 'a', v: 3 }, { id: '3', g: 'a' }, { id: '4', g: 'b', v: null },
  { id: '5', g: 'b', v: 5, w: 7 }, { id: '6', g: null, v: 2 }, { id: '7', v: 4 }, { id: '8', v: 6, w: true },
  { id: '9', g: 'a', w: 'x' }, { id: '10', g: 'a', v: 3, w: 'y' },
]; // prettier-ignore
const NUMBERS = 'FROM c WHERE IS_NUMBER(c.v)';

describe.each(RANGE_COUNTS)('results put together from %d physical partitions, through the real SDK', (ranges) => {
  let fixture: CosmosFixture;
  let container: Container;

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
    await fixture.database.containers.create({
      id: 'mixed',
      partitionKey: { paths: ['/id'] },
      indexingPolicy: {
        compositeIndexes: [
          [
            { path: '/g', order: 'ascending' as never },
            { path: '/v', order: 'descending' as never },
          ],
        ],
      },
    });
    container = fixture.database.container('mixed');
    for (const item of ITEMS) await container.items.create(item);
  });
  afterAll(() => fixture.close());

  const run = async (query: string, options: FeedOptions = {}): Promise<JSONValue[]> =>
    (await container.items.query<JSONValue>(query, options).fetchAll()).resources;

  it.each<[string, JSONValue[]]>([
    ['SELECT VALUE COUNT(c.v) FROM c', [8]],
    ['SELECT VALUE COUNT(c.none) FROM c', [0]],
    [`SELECT VALUE SUM(c.v) ${NUMBERS}`, [24]],
    [`SELECT VALUE AVG(c.v) ${NUMBERS} AND c.v != 3`, [18 / 5]],
    ['SELECT VALUE AVG(c.none) FROM c', []],
    ['SELECT VALUE MIN(c.none) FROM c', []],
    ['SELECT VALUE MIN(c.v) FROM c WHERE c.v > 1', [2]],
    ['SELECT VALUE MIN(c.w) FROM c', [true]],
    ['SELECT VALUE MAX(c.w) FROM c', ['y']],
    ['SELECT COUNT(1) AS n, MAX(c.v) AS high FROM c WHERE c.v > 4', [{ n: 2, high: 6 }]],
    ['SELECT TOP 0 * FROM c', []],
    [`SELECT TOP 3 VALUE c.v ${NUMBERS} ORDER BY c.v DESC`, [6, 5, 4]],
    [`SELECT VALUE c.v ${NUMBERS} ORDER BY c.v OFFSET 2 LIMIT 3`, [3, 3, 4]],
    [`SELECT VALUE c.v ${NUMBERS} ORDER BY c.v OFFSET 5 LIMIT 100`, [5, 6]],
    [`SELECT VALUE c.v ${NUMBERS} ORDER BY c.v OFFSET 100 LIMIT 2`, []],
    [`SELECT DISTINCT VALUE c.v ${NUMBERS} ORDER BY c.v`, [1, 2, 3, 4, 5, 6]],
    [`SELECT DISTINCT TOP 2 VALUE c.v ${NUMBERS} ORDER BY c.v DESC`, [6, 5]],
    [
      `SELECT c.g, c.v ${NUMBERS} AND IS_STRING(c.g) ORDER BY c.g, c.v DESC`,
      [3, 3, 1].map((v): JSONValue => ({ g: 'a', v })).concat([{ g: 'b', v: 5 }]),
    ],
    [`SELECT VALUE c.v ${NUMBERS} AND IS_STRING(c.g) ORDER BY c.g DESC, c.v OFFSET 1 LIMIT 2`, [1, 3]],
  ])('%s', async (query, expected) => {
    expect(await run(query)).toEqual(expected);
    expect(await run(query, { maxItemCount: 2, maxDegreeOfParallelism: -1 })).toEqual(expected);
  });

  it.each<[string, JSONValue[]]>([
    ['SELECT DISTINCT c.g FROM c', [{ g: 'a' }, { g: 'b' }, { g: null }, {}]],
    ['SELECT DISTINCT VALUE c.w FROM c', ['x', 7, true, 'y']],
    [
      'SELECT c.g, COUNT(1) AS n, COUNT(c.v) AS vs FROM c GROUP BY c.g',
      [
        { g: 'a', n: 5, vs: 3 },
        { g: 'b', n: 2, vs: 2 },
        { g: null, n: 1, vs: 1 },
        { n: 2, vs: 2 },
      ],
    ],
    [
      `SELECT c.g, SUM(c.v) AS total, AVG(c.v) AS mean, MIN(c.v) AS low, MAX(c.v) AS high ${NUMBERS} AND IS_STRING(c.g) GROUP BY c.g`,
      [
        { g: 'a', total: 7, mean: 7 / 3, low: 1, high: 3 },
        { g: 'b', total: 5, mean: 5, low: 5, high: 5 },
      ],
    ],
    ['SELECT VALUE SUM(c.v) FROM c WHERE c.v > 1 GROUP BY c.v', [2, 6, 4, 5, 6]],
  ])('%s, in any order', async (query, expected) => {
    const sorted = (list: JSONValue[]): string[] => list.map((each) => JSON.stringify(each)).sort();
    expect(sorted(await run(query))).toEqual(sorted(expected));
    expect(sorted(await run(query, { maxItemCount: 1, maxDegreeOfParallelism: -1 }))).toEqual(sorted(expected));
  });
});
