import type { Container, FeedOptions } from '@azure/cosmos';
import { CosmosFixture, RANGE_COUNTS } from '../cosmos-fixture.js';

describe.each(RANGE_COUNTS)('metrics of queries over %d physical partitions, through the real SDK', (ranges) => {
  let fixture: CosmosFixture;
  let things: Container;

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
    await fixture.database.containers.create({
      id: 'things',
      partitionKey: { paths: ['/key'] },
      indexingPolicy: {
        includedPaths: [{ path: '/*' }],
        excludedPaths: [{ path: '/secret/*' }, { path: '/hidden/?' }],
        compositeIndexes: [
          [
            { path: '/name', order: 'ascending' as never },
            { path: '/age', order: 'descending' as never },
          ],
        ],
      },
    });
    things = fixture.database.container('things');
    for (let n = 0; n < 12; n++) {
      await things.items.create({ id: `i${n}`, key: `k${n}`, n, hidden: n, secret: { deep: n, open: n } });
    }
  });
  afterAll(() => fixture.close());

  const ask = (query: string, options: FeedOptions) => things.items.query<unknown>(query, options).fetchAll();
  const indexes = async (query: string) => {
    const { indexMetrics } = await ask(query, { populateIndexMetrics: true, partitionKey: 'k1' });
    return JSON.parse(indexMetrics) as unknown;
  };

  /** One for each range that was asked. */
  const metrics = async (query: string, options: FeedOptions): Promise<QueryMetrics[]> =>
    Object.values((await ask(query, options)).queryMetrics as unknown as Record<string, QueryMetrics>);
  interface QueryMetrics {
    readonly retrievedDocumentCount: number;
    readonly retrievedDocumentSize: number;
    readonly outputDocumentCount: number;
    readonly outputDocumentSize: number;
    readonly totalQueryExecutionTime: { totalMilliseconds(): number };
    readonly clientSideMetrics: { readonly requestCharge: number };
  }

  it('tell what was read and given, and how long it took, when they are asked for', async () => {
    const options = { populateQueryMetrics: true, partitionKey: 'k1' };
    const [inOne] = await metrics('SELECT * FROM c WHERE c.n = 1', options);
    expect(inOne).toMatchObject({ retrievedDocumentCount: 1, outputDocumentCount: 1 });
    expect(inOne!.outputDocumentSize).toBe(inOne!.retrievedDocumentSize);
    expect(inOne!.totalQueryExecutionTime.totalMilliseconds()).toBeGreaterThan(0);
    expect(inOne!.clientSideMetrics.requestCharge).toBeGreaterThan(0);
    const ordered = await metrics('SELECT VALUE c.n FROM c ORDER BY c.n', { populateQueryMetrics: true });
    expect(ordered.reduce((sum, each) => sum + each.outputDocumentCount, 0)).toBe(12);
    expect(await metrics('SELECT * FROM c', { partitionKey: 'k1' })).toEqual([]);
  });

  it.each<[string, object, object]>([
    [
      "SELECT TOP 10 c.id FROM c WHERE c.Item = 'value1234' AND c.Price > 2",
      { SingleIndexes: [{ IndexSpec: '/Item/?' }, { IndexSpec: '/Price/?' }], CompositeIndexes: [] },
      { SingleIndexes: [], CompositeIndexes: [{ IndexSpecs: ['/Item ASC', '/Price ASC'], IndexImpactScore: 'High' }] },
    ],
    [
      "SELECT c.id FROM c WHERE c.name = 'Tim' AND c.age > 15 AND c.town = 'Redmond' AND c.timestamp > 2349230183",
      {
        SingleIndexes: ['/name/?', '/age/?', '/town/?', '/timestamp/?'].map((IndexSpec) => ({ IndexSpec })),
        CompositeIndexes: [],
      },
      {
        SingleIndexes: [],
        CompositeIndexes: [
          { IndexSpecs: ['/name ASC', '/town ASC', '/age ASC'], IndexImpactScore: 'High' },
          { IndexSpecs: ['/name ASC', '/town ASC', '/timestamp ASC'], IndexImpactScore: 'High' },
        ],
      },
    ],
    [
      'SELECT * FROM c WHERE c.secret.deep = 1',
      { SingleIndexes: [], CompositeIndexes: [] },
      { SingleIndexes: [{ IndexSpec: '/secret/deep/?', IndexImpactScore: 'High' }], CompositeIndexes: [] },
    ],
    [
      'SELECT * FROM c ORDER BY c.name, c.age DESC',
      { SingleIndexes: [], CompositeIndexes: [{ IndexSpecs: ['/name ASC', '/age DESC'] }] },
      { SingleIndexes: [], CompositeIndexes: [] },
    ],
  ])('tell which indexes are used and which would help %s', async (query, used, potential) => {
    expect(await indexes(query)).toEqual({ UtilizedIndexes: used, PotentialIndexes: potential });
    expect((await ask(query, { partitionKey: 'k1' })).indexMetrics).toBe('{}');
  });

  it.each(['c.secret.deep', 'c.secret', 'c.hidden'])(
    'lack %s, which is not indexed: filters work, an order by it is refused',
    async (path) => {
      const found = await ask('SELECT * FROM c WHERE c.hidden = 1 AND c.secret.open = 1', { partitionKey: 'k1' });
      expect(found.resources).toHaveLength(1);
      const ordered = ask(`SELECT * FROM c ORDER BY ${path}`, { partitionKey: 'k1' });
      await expect(ordered).rejects.toMatchObject({ code: 400, message: expect.stringContaining('is excluded') });
    },
  );
});
