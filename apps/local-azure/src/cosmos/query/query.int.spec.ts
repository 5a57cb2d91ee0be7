import type { JSONValue, SqlParameter } from '@azure/cosmos';
import { CosmosFixture, RANGE_COUNTS } from '../cosmos-fixture.js';

describe.each(RANGE_COUNTS)('queries over %d physical partitions, through the real SDK', (ranges) => {
  let fixture: CosmosFixture;
  const base = { productId: 'ballast', profileId: 'p1' };
  const items = [
    { id: 'a', kind: 'order', n: 1, name: 'Alpha', tags: ['x', 'y'], details: { price: 10, side: 'buy' }, flag: true },
    { id: 'b', kind: 'order', n: 2, name: 'beta', tags: ['y'], details: { price: 20, side: 'sell' }, flag: false },
    { id: 'c', kind: 'event', n: 3, name: 'gamma', tags: [], details: { price: 30, side: 'buy' }, nothing: null },
    { id: 'd', kind: 'event', n: '3', name: 'delta' },
    { id: 'e', kind: 'head', name: 'épsilon' },
  ];
  const partitionKey = ['ballast', 'p1'];

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
    for (const item of items) await fixture.orders.items.create({ ...base, ...item });
    await fixture.orders.items.create({ productId: 'ballast', profileId: 'p2', id: 'other', kind: 'order', n: 1 });
    await fixture.orders.items.create({ productId: 'else', profileId: 'p1', id: 'foreign', kind: 'order', n: 1 });
  });
  afterAll(() => fixture.close());

  const run = async (query: string, values: Record<string, JSONValue> = {}, key?: string[]): Promise<unknown[]> => {
    const parameters: SqlParameter[] = Object.entries(values).map(([name, value]) => ({ name, value }));
    const options = key === undefined ? {} : { partitionKey: key };
    return (await fixture.orders.items.query({ query, parameters }, options).fetchAll()).resources;
  };
  const ids = (filter: string, values?: Record<string, JSONValue>): Promise<unknown[]> =>
    run(`SELECT VALUE c.id FROM c WHERE ${filter}`, values, partitionKey);

  const filters: [filter: string, expected: string[], values?: Record<string, JSONValue>][] = [
    ['true', ['a', 'b', 'c', 'd', 'e']],
    ['c.n = 1', ['a']],
    ['c.n = @n', ['b'], { '@n': 2 }],
    ['c.n != 1', ['b', 'c']],
    ['c.n <> @n', ['a', 'c'], { '@n': 2 }],
    ['c.n < 3', ['a', 'b']],
    ['c.n <= 3', ['a', 'b', 'c']],
    ['c.n > 1', ['b', 'c']],
    ['2 <= c.n', ['b', 'c']],
    ["c.n = '3'", ['d']],
    ["c.n >= ''", ['d']],
    ['c.n = null', []],
    ['c.n = -1', []],
    ["c.kind = 'order' AND c.n > 1", ['b']],
    ["c.kind = 'head' OR c.n = 1", ['a', 'e']],
    ["NOT (c.kind = 'order')", ['c', 'd', 'e']],
    ['NOT (c.n = 1)', ['b', 'c']],
    ["c.kind IN ('event', 'head')", ['c', 'd', 'e']],
    ["c.kind NOT IN ('event', @kind)", ['a', 'b'], { '@kind': 'head' }],
    ['c.n BETWEEN 2 AND 3', ['b', 'c']],
    ['c.n NOT BETWEEN 2 AND 3', ['a']],
    ['c.details.price BETWEEN 15 AND 25', ['b']],
    ["c.details.side = 'buy'", ['a', 'c']],
    ['c["details"]["price"] > 10', ['b', 'c']],
    ['IS_DEFINED(c.n)', ['a', 'b', 'c', 'd']],
    ['NOT IS_DEFINED(c.n)', ['e']],
    ['IS_DEFINED(c.tags)', ['a', 'b', 'c']],
    ['IS_NULL(c.nothing)', ['c']],
    ['c.nothing = null', ['c']],
    ["STARTSWITH(c.kind, 'ev')", ['c', 'd']],
    ["STARTSWITH(c.name, 'al')", []],
    ["STARTSWITH(c.name, 'al', true)", ['a']],
    ["CONTAINS(c.name, 'ta')", ['b', 'd']],
    ["ENDSWITH(c.name, 'a')", ['a', 'b', 'c', 'd']],
    ["ARRAY_CONTAINS(c.tags, 'y')", ['a', 'b']],
    ['ARRAY_CONTAINS(@names, c.name)', ['b', 'd'], { '@names': ['beta', 'delta'] }],
    ["c.name LIKE '%lt%'", ['d']],
    ["c.name LIKE '_eta'", ['b']],
    ["(c.n ?? 'none') = 'none'", ['e']],
    ['c.flag', ['a']],
    ['c.flag = false', ['b']],
    ["c.id = 'c'", ['c']],
    ["c.id > 'c'", ['d', 'e']],
    ['c.id IN (@a, @b)', ['a', 'b'], { '@a': 'a', '@b': 'b' }],
    ['c._ts > 0', ['a', 'b', 'c', 'd', 'e']],
    ['c._ts < 1000', []],
    ["c.name = 'épsilon'", ['e']],
    ['c.n + 1 = 3', ['b']],
    ['c.details = {"side": "sell", "price": 20}', ['b']],
  ];
  it.each(filters.map(([filter, expected, values = {}]) => [filter, expected, values] as const))(
    'filters with %s',
    async (filter, expected, values) => {
      expect(await ids(filter, values)).toEqual(expected);
    },
  );

  it.each<[string, unknown[]]>([
    [
      'SELECT c.id, c.n FROM c WHERE c.n <= 2',
      [
        { id: 'a', n: 1 },
        { id: 'b', n: 2 },
      ],
    ],
    ['SELECT c.id AS key, c.missing FROM c WHERE c.n = 1', [{ key: 'a' }]],
    ['SELECT VALUE {"k": o.kind, "p": o.details.price} FROM orders o WHERE o.n = 2', [{ k: 'order', p: 20 }]],
    ['SELECT VALUE c.missing FROM c', []],
    ['SELECT TOP 2 VALUE c.id FROM c', ['a', 'b']],
    ['SELECT VALUE c.id FROM c OFFSET 1 LIMIT 2', ['b', 'c']],
    ['SELECT VALUE c.id FROM c ORDER BY c.id DESC', ['e', 'd', 'c', 'b', 'a']],
    ['SELECT VALUE c.id FROM c ORDER BY c.n', ['e', 'a', 'b', 'c', 'd']],
    ['SELECT VALUE c.id FROM c ORDER BY c.n DESC', ['d', 'c', 'b', 'a', 'e']],
    ["SELECT VALUE c.id FROM c WHERE c.kind = 'order' ORDER BY c.n DESC OFFSET 1 LIMIT 5", ['a']],
    ['SELECT VALUE c.id FROM c ORDER BY c.kind, c.n DESC', ['d', 'c', 'e', 'b', 'a']],
    ['SELECT VALUE c.id FROM c ORDER BY c.kind DESC, c.n', ['a', 'b', 'e', 'c', 'd']],
    ['SELECT VALUE COUNT(1) FROM c', [5]],
    ["SELECT VALUE COUNT(1) FROM c WHERE CONTAINS(c.name, 'ta')", [2]],
    ['SELECT VALUE COUNT(c.tags) FROM c', [3]],
    ["SELECT VALUE SUM(c.details.price) FROM c WHERE c.kind = 'order'", [30]],
    ['SELECT VALUE AVG(c.details.price) FROM c', [20]],
    ['SELECT VALUE MIN(c.details.price) FROM c', [10]],
    ['SELECT VALUE MAX(c.details.price) FROM c', [30]],
    ['SELECT VALUE MAX(c.n) FROM c WHERE c.kind = "none"', []],
    ["SELECT COUNT(1) AS orders, MAX(c.n) AS last FROM c WHERE c.kind = 'order'", [{ orders: 2, last: 2 }]],
  ])('answers %s', async (query, expected) => {
    expect(await run(query, {}, partitionKey)).toEqual(expected);
  });

  it('gives whole documents with SELECT *', async () => {
    const [found] = await run('SELECT * FROM c WHERE c.id = @id', { '@id': 'a' }, partitionKey);
    expect(found).toMatchObject({ ...base, ...items[0]!, _etag: expect.any(String) });
  });

  it('stays within a partition, takes a prefix of a hierarchical key, or crosses partitions', async () => {
    const all = 'SELECT VALUE c.id FROM c WHERE c.n = 1 ORDER BY c.id';
    expect(await run(all, {}, ['ballast', 'p2'])).toEqual(['other']);
    expect(await run(all, {}, ['ballast'])).toEqual(['a', 'other']);
    expect(await run(all)).toEqual(['a', 'foreign', 'other']);
    expect(await run('SELECT VALUE COUNT(1) FROM c')).toEqual([7]);
    const byFilter = "SELECT VALUE c.id FROM c WHERE c.productId = 'ballast' AND c.kind = 'order'";
    expect(await run(byFilter)).toEqual(['a', 'b', 'other']);
    expect(await run(`${byFilter} AND c.profileId = 'p2'`)).toEqual(['other']);
  });

  it.each([
    ['SELECT * FORM c', 'Syntax error'],
    ['SELECT * FROM c WHERE c.n =', 'Syntax error'],
    ['SELECT * FROM c WHERE d.n = 1', "Identifier 'd'"],
    ['SELECT * FROM c WHERE NO_SUCH(c.n)', 'NO_SUCH'],
    ['SELECT * FROM c WHERE c.n = @missing', '@missing'],
    ['SELECT * FROM c ORDER BY c.name', 'excluded'],
    ['SELECT * FROM c ORDER BY c.kind, c.n', 'composite index'],
  ])('refuses %s with 400', async (query, message) => {
    await expect(run(query, {}, partitionKey)).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining(message),
    });
  });

  it.each<[string, unknown[]]>([
    ["SELECT VALUE c.id FROM c WHERE c.kind = 'order' ORDER BY c.id DESC", ['other', 'foreign', 'b', 'a']],
    ['SELECT TOP 2 c.id FROM c ORDER BY c.id', [{ id: 'a' }, { id: 'b' }]],
    ['SELECT VALUE COUNT(1) FROM c', [7]],
    ['SELECT VALUE SUM(c.details.price) FROM c', [60]],
    ['SELECT VALUE AVG(c.details.price) FROM c', [20]],
    ['SELECT VALUE MAX(c.details.price) FROM c', [30]],
    ['SELECT VALUE MIN(c.details.price) FROM c', [10]],
  ])('gives a plan by which the client itself merges %s', async (query, expected) => {
    const options = { forceQueryPlan: true };
    expect((await fixture.orders.items.query(query, options).fetchAll()).resources).toEqual(expected);
  });
});
