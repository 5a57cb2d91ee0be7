import type { FeedOptions } from '@azure/cosmos';
import { CosmosFixture, RANGE_COUNTS } from '../cosmos-fixture.js';

/** Eight shops; every one in a partition of its own, so that several ranges hold them. */
const SHOPS = [
  { id: 's1', city: 'Bern', sales: 10, open: true, tags: ['old', 'small'], items: [{ sku: 'a', q: 1 }, { sku: 'b', q: 2 }] },
  { id: 's2', city: 'Bern', sales: 20, open: false, tags: ['new'], items: [{ sku: 'a', q: 5 }] },
  { id: 's3', city: 'Oslo', sales: 30, open: true, tags: [], items: [] },
  { id: 's4', city: 'Oslo', sales: 40, open: true, tags: ['old'], items: [{ sku: 'c', q: 3 }], note: 'x' },
  { id: 's5', city: 'Rome', sales: 50, open: null, tags: ['new', 'small'], items: [{ sku: 'b', q: 4 }, { sku: 'c', q: 6 }] },
  { id: 's6', city: 'Rome', sales: 60, open: false, tags: 'none', items: [{ sku: 'a', q: 7 }], note: 'y' },
  { id: 's7', city: 'Rome', sales: 70, open: true, tags: ['old', 'old'] },
  { id: 's8', sales: 80 },
]; // prettier-ignore

describe.each(RANGE_COUNTS)('the query language over %d physical partitions, through the real SDK', (ranges) => {
  let fixture: CosmosFixture;

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
    await fixture.database.containers.create({ id: 'shops', partitionKey: { paths: ['/id'] } });
    await fixture.database.containers.create({ id: 'one', partitionKey: { paths: ['/key'] } });
    for (const shop of SHOPS) {
      await fixture.database.container('shops').items.create(shop);
      await fixture.database.container('one').items.create({ key: 'k', ...shop });
    }
  });
  afterAll(() => fixture.close());

  const run = async (container: string, query: string, options: FeedOptions = {}): Promise<unknown[]> =>
    (await fixture.database.container(container).items.query<unknown>(query, options).fetchAll()).resources;
  /** In one partition, and across all with the answers of the ranges merged by the client. */
  const both = async (query: string, ordered = false): Promise<unknown[]> => {
    const within = await run('one', query, { partitionKey: 'k' });
    const across = await run('shops', query);
    const comparable = (results: unknown[]): unknown[] =>
      ordered ? results : results.map((result) => JSON.stringify(result)).sort();
    expect(comparable(across)).toEqual(comparable(within));
    return within;
  };

  it.each<[string, unknown[]]>([
    ['SELECT VALUE s.id FROM shops s WHERE s.sales < 30', ['s1', 's2']],
    ['SELECT VALUE s["id"] FROM shops AS s WHERE s["sales"] < 20', ['s1']],
    [
      'SELECT s.id, s.sales * 2 AS twice, 1 + 1, "x" FROM s WHERE s.id = "s1"',
      [{ id: 's1', twice: 20, $1: 2, $2: 'x' }],
    ],
    ['SELECT s.id shop, s.city AS "town" FROM s WHERE s.id = "s1"', [{ shop: 's1', town: 'Bern' }]],
    ['SELECT VALUE {"a": s.city, b: [s.sales, s.missing]} FROM s WHERE s.id = "s1"', [{ a: 'Bern', b: [10] }]],
    ['SELECT VALUE [s.id, [s.open]] FROM s WHERE s.id = "s5"', [['s5', [null]]]],
    ['SELECT s.items[0].sku FROM s WHERE s.id = "s1"', [{ sku: 'a' }]],
    ['SELECT VALUE 1', [1]],
    ['SELECT 1 AS one, "a" || "b" AS ab', [{ one: 1, ab: 'ab' }]],
    ['SELECT VALUE t FROM t IN s.tags', ['old', 'small', 'new', 'old', 'new', 'small', 'old', 'old']],
    ['SELECT VALUE i.sku FROM i IN s.items WHERE i.q > 3', ['a', 'b', 'c', 'a']],
    [
      'SELECT * FROM s.items[0] AS first WHERE first.q > 4',
      [
        { sku: 'a', q: 5 },
        { sku: 'a', q: 7 },
      ],
    ],
    ['SELECT VALUE city FROM s.city', ['Bern', 'Bern', 'Oslo', 'Oslo', 'Rome', 'Rome', 'Rome']],
    [
      'SELECT * FROM i IN s.items WHERE i.sku = "c"',
      [
        { sku: 'c', q: 3 },
        { sku: 'c', q: 6 },
      ],
    ],
    [
      'SELECT s.id, t FROM s JOIN t IN s.tags WHERE s.sales < 25',
      [
        { id: 's1', t: 'old' },
        { id: 's1', t: 'small' },
        { id: 's2', t: 'new' },
      ],
    ],
    [
      'SELECT VALUE CONCAT(t, i.sku) FROM s JOIN t IN s.tags JOIN i IN s.items WHERE s.id = "s1"',
      ['olda', 'oldb', 'smalla', 'smallb'],
    ],
    ['SELECT VALUE i.q FROM s JOIN (SELECT VALUE i FROM i IN s.items WHERE i.q > 4) AS i', [5, 6, 7]],
    ['SELECT VALUE x FROM s JOIN x IN (SELECT VALUE s.tags) WHERE s.id = "s1"', ['old', 'small']],
    [
      'SELECT s.id, (SELECT VALUE COUNT(1) FROM i IN s.items) AS n FROM s WHERE s.city = "Bern"',
      [
        { id: 's1', n: 2 },
        { id: 's2', n: 1 },
      ],
    ],
    ['SELECT VALUE s.id FROM s WHERE EXISTS(SELECT VALUE t FROM t IN s.tags WHERE t = "old")', ['s1', 's4', 's7']],
    ['SELECT VALUE s.id FROM s WHERE NOT EXISTS(SELECT VALUE t FROM t IN s.tags)', ['s3', 's6', 's8']],
    ['SELECT VALUE EXISTS(SELECT VALUE undefined)', [false]],
    ['SELECT VALUE EXISTS(SELECT undefined)', [true]],
    ['SELECT VALUE ARRAY(SELECT VALUE i.sku FROM i IN s.items) FROM s WHERE s.id = "s1"', [['a', 'b']]],
    ['SELECT VALUE ARRAY(SELECT DISTINCT VALUE t FROM t IN s.tags) FROM s WHERE s.id = "s7"', [['old']]],
    ['SELECT VALUE FIRST(SELECT VALUE i.sku FROM i IN s.items) FROM s WHERE s.id = "s5"', ['b']],
    ['SELECT VALUE LAST(SELECT VALUE i.sku FROM i IN s.items) FROM s WHERE s.id = "s5"', ['c']],
    ['SELECT VALUE (SELECT VALUE SUM(i.q) FROM i IN s.items WHERE i.q < s.sales) FROM s WHERE s.id = "s1"', [3]],
    [
      'SELECT VALUE r.total FROM s JOIN (SELECT SUM(i.q) AS total FROM i IN s.items) AS r WHERE s.city = "Rome"',
      [10, 7, 0],
    ],
    ['SELECT DISTINCT VALUE s.city FROM s', ['Bern', 'Oslo', 'Rome']],
    [
      'SELECT DISTINCT s.city, s.open FROM s WHERE s.city = "Rome"',
      [
        { city: 'Rome', open: null },
        { city: 'Rome', open: false },
        { city: 'Rome', open: true },
      ],
    ],
    ['SELECT DISTINCT VALUE t FROM s JOIN t IN s.tags', ['old', 'small', 'new']],
    [
      'SELECT s.city, COUNT(1) AS n, SUM(s.sales) AS total FROM s GROUP BY s.city',
      [
        { city: 'Bern', n: 2, total: 30 },
        { city: 'Oslo', n: 2, total: 70 },
        { city: 'Rome', n: 3, total: 180 },
        { n: 1, total: 80 },
      ],
    ],
    [
      'SELECT s.city, MIN(s.sales) AS low, MAX(s.sales) AS high, AVG(s.sales) AS mean FROM s WHERE s.city > "P" GROUP BY s.city',
      [{ city: 'Rome', low: 50, high: 70, mean: 60 }],
    ],
    [
      'SELECT s.city, s.open FROM s WHERE s.sales < 30 GROUP BY s.city, s.open',
      [
        { city: 'Bern', open: false },
        { city: 'Bern', open: true },
      ],
    ],
    ['SELECT VALUE COUNT(1) FROM s GROUP BY s.city', [2, 2, 3, 1]],
    ['SELECT VALUE s.city FROM s GROUP BY s.city', ['Bern', 'Oslo', 'Rome']],
    ['SELECT COUNT(1) AS n, MAX(s.id) AS last FROM s', [{ n: 8, last: 's8' }]],
    ['SELECT COUNT(1) FROM s WHERE s.sales > 1000', [{ $1: 0 }]],
    ['SELECT VALUE COUNT(1) FROM s JOIN t IN s.tags', [8]],
    ['SELECT VALUE COUNT(s.note) FROM s', [2]],
    ['SELECT VALUE SUM(i.q) FROM s JOIN i IN s.items', [28]],
    ['SELECT VALUE MIN(s.city) FROM s', ['Bern']],
    ['SELECT VALUE MAX(s.open) FROM s', [true]],
    ['SELECT VALUE SUM(s.city) FROM s', []],
    ['SELECT VALUE AVG(s.sales) FROM s WHERE s.sales > 1000', []],
    ['SELECT VALUE s.id FROM s WHERE s.tags = "none"', ['s6']],
  ])('answers %s', async (query, expected) => {
    expect(await both(query)).toEqual(expected);
  });

  it.each<[string, unknown[]]>([
    ['SELECT VALUE s.id FROM s ORDER BY s.sales DESC OFFSET 1 LIMIT 2', ['s7', 's6']],
    ['SELECT TOP 3 s.id FROM s ORDER BY s.sales', [{ id: 's1' }, { id: 's2' }, { id: 's3' }]],
    [
      'SELECT s.id, t FROM s JOIN t IN s.tags WHERE s.sales < 25 ORDER BY s.sales DESC',
      [
        { id: 's2', t: 'new' },
        { id: 's1', t: 'old' },
        { id: 's1', t: 'small' },
      ],
    ],
    ['SELECT DISTINCT VALUE s.city FROM s ORDER BY s.city DESC', ['Rome', 'Oslo', 'Bern']],
    [
      'SELECT DISTINCT TOP 2 s.city FROM s WHERE IS_DEFINED(s.city) ORDER BY s.city',
      [{ city: 'Bern' }, { city: 'Oslo' }],
    ],
    ['SELECT DISTINCT s.city FROM s ORDER BY s.city OFFSET 1 LIMIT 1', [{ city: 'Oslo' }]],
  ])('answers %s in order', async (query, expected) => {
    expect(await both(query, true)).toEqual(expected);
  });

  it.each<[string, unknown[]]>([
    ['SELECT VALUE COUNT(1) FROM (SELECT DISTINCT s.city FROM s WHERE IS_DEFINED(s.city))', [3]],
    ['SELECT VALUE t.n FROM (SELECT s.city, COUNT(1) AS n FROM s GROUP BY s.city) AS t WHERE t.city = "Rome"', [3]],
    ['SELECT VALUE x.id FROM (SELECT s.id, s.sales FROM s) AS x WHERE x.sales > 60', ['s7', 's8']],
    ['SELECT COUNT(1) + 1 AS more FROM s', [{ more: 9 }]],
    ['SELECT VALUE {"n": COUNT(1), "m": MAX(s.sales)} FROM s', [{ n: 8, m: 80 }]],
    ['SELECT VALUE MAKESET(s.city) FROM s', [['Bern', 'Oslo', 'Rome']]],
    ['SELECT VALUE MAKELIST(s.sales) FROM s WHERE s.sales < 30', [[10, 20]]],
    ['SELECT VALUE COUNTIF(s.open) FROM s', [4]],
  ])('answers %s within one partition', async (query, expected) => {
    expect(await run('one', query, { partitionKey: 'k' })).toEqual(expected);
  });

  it('pages through joins, groups and distinct results, across a restart, each result once', async () => {
    for (const query of [
      'SELECT s.id, t, i.sku FROM s JOIN t IN s.tags JOIN i IN s.items',
      'SELECT s.city, COUNT(1) AS n FROM s GROUP BY s.city',
      'SELECT DISTINCT VALUE t FROM s JOIN t IN s.tags',
    ]) {
      const whole = await run('one', query, { partitionKey: 'k' });
      const paged: unknown[] = [];
      for (let token: string | undefined, first = true; first || token !== undefined; first = false) {
        const options: FeedOptions = { partitionKey: 'k', maxItemCount: 1, ...(token && { continuationToken: token }) };
        const page = await fixture.database.container('one').items.query<unknown>(query, options).fetchNext();
        expect(page.resources.length).toBeLessThanOrEqual(1);
        paged.push(...page.resources);
        token = page.continuationToken;
        if (paged.length === 2) await fixture.restart();
      }
      expect(paged).toEqual(whole);
    }
  });

  it.each<[string, string]>([
    ['SELECT * FROM c WHERE', '"code":"SC1001"'],
    [
      'SELECT * FROM c WHERE c.order = 1',
      `"location":{"start":24,"end":29},"code":"SC1001","message":"Syntax error, incorrect syntax near 'order'."`,
    ],
    ['SELECT * FROM c WHERE c.a BETWEEN 1 AND 2 AND c.b = 3', '"location":{"start":42,"end":45},"code":"SC1001"'],
    [`SELECT * FROM c WHERE c.a = 'open`, '"code":"SC1010"'],
    [
      'SELECT * FROM c WHERE d.a = 1',
      `"location":{"start":22,"end":23},"code":"SC2001","message":"Identifier 'd' could not be resolved."`,
    ],
    ['SELECT VALUE NOPE(1)', `"code":"SC2005","message":"'NOPE' is not a recognized built-in function name."`],
    ['SELECT VALUE (SELECT VALUE t FROM t IN c.tags ORDER BY t) FROM c', '"code":"SC2202"'],
    ['SELECT VALUE ARRAY(SELECT TOP 1 t FROM t IN c.tags) FROM c', '"code":"SC2203"'],
    ['SELECT VALUE ARRAY(SELECT t FROM t IN c.tags OFFSET 0 LIMIT 1) FROM c', '"code":"SC2204"'],
    ['SELECT VALUE ABS(1, 2)', 'The ABS function requires 1 argument(s).'],
    ['SELECT * FROM c JOIN t IN c.tags', "'SELECT *' is only valid with a single input set."],
    ['SELECT *', "'SELECT *' is only valid with a single input set."],
    ['SELECT c.id, COUNT(1) FROM c', 'neither in an aggregate function nor in the GROUP BY clause'],
    ['SELECT c.id FROM c GROUP BY c.city', 'neither in an aggregate function nor in the GROUP BY clause'],
    ['SELECT c.city FROM c GROUP BY c.city ORDER BY c.city', "'ORDER BY' is not supported with 'GROUP BY'."],
    [
      'SELECT VALUE SUM(MAX(c.sales)) FROM c',
      'Cannot perform an aggregate function on an expression containing an aggregate',
    ],
    ['SELECT * FROM c WHERE COUNT(1) > 1', 'An aggregate is only allowed in SELECT.'],
    ['SELECT VALUE c.id FROM c JOIN t IN c.tags ORDER BY t', 'Order-by over correlated collections is not supported.'],
    ['SELECT * FROM c ORDER BY c.a + 1', 'could not be mapped to a document path'],
    ['SELECT * FROM c ORDER BY c.city, c.sales', 'composite index'],
    ['SELECT c.id, c.id FROM c', "Property name 'id' specified more than once."],
    ['SELECT VALUE c.id FROM c JOIN c IN c.tags', "The input alias 'c' is specified more than once"],
    ['SELECT VALUE (SELECT VALUE t FROM t IN c.tags) FROM c', 'cardinality of a scalar subquery'],
    ['SELECT VALUE udf.tax(c.sales) FROM c', 'User-defined functions are not supported'],
    ['SELECT VALUE c.id FROM c OFFSET 1.5 LIMIT 1', '"code":"SC1001"'],
    [`SELECT VALUE ${'('.repeat(300)}1${')'.repeat(300)}`, 'nested more than'],
  ])('refuses %s, naming what is wrong', async (query, message) => {
    const refused = run('one', query, { partitionKey: 'k' });
    await expect(refused).rejects.toMatchObject({ code: 400, message: expect.stringContaining(message) });
  });
});
