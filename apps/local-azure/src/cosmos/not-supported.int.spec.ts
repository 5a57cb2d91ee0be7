import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CosmosFixture } from './cosmos-fixture.js';

describe('what the README says is missing', () => {
  const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
  /** The rows of the README's table that quote an error, in its Cosmos half. */
  const missing = new Map(
    [...readme.split('## Service Bus')[0]!.matchAll(/^\| ([^|]+?) +\| no: `([^`]+)`/gm)].map(([, feature, says]) => [
      feature!,
      says!,
    ]),
  );
  let fixture: CosmosFixture;

  beforeAll(async () => {
    fixture = await CosmosFixture.start();
  });
  afterAll(() => fixture.close());

  const scripts = () => fixture.orders.scripts;
  const query = (text: string) => fixture.orders.items.query(text, { partitionKey: ['a', 'b'] }).fetchAll();
  const container = (rest: object) =>
    fixture.database.containers.create({ id: 'x', partitionKey: { paths: ['/a'] }, ...rest });
  const indexes = (kind: string) => container({ indexingPolicy: { [kind]: [{ path: '/a/?', types: [] }] } });
  /** What the SDK has no call for. */
  const plainly = async (...request: Parameters<CosmosFixture['fetch']>): Promise<unknown> => {
    const { ok, ...answer } = await fixture.fetch(...request).then(async (response) => ({
      ok: response.ok,
      ...((await response.json()) as { message: string }),
    }));
    return ok ? undefined : Promise.reject(new Error(answer.message));
  };

  const requests: Readonly<Record<string, readonly (() => Promise<unknown>)[]>> = {
    'Strong, Bounded Staleness': ['Strong', 'BoundedStaleness'].map((level) => () => {
      const client = fixture.connect(undefined, { 'x-ms-consistency-level': level });
      const read = client.database('ballast').container('orders').item('i', ['a', 'b']).read();
      return read.catch((error: Error) =>
        Promise.reject(new Error(error.message.replace('BoundedStaleness', 'Strong'))),
      );
    }),
    'stored procedures': [
      () => scripts().storedProcedures.create({ id: 's', body: 'function () {}' }),
      () => scripts().storedProcedure('s').execute('x'),
    ],
    triggers: [() => scripts().triggers.readAll().fetchAll()],
    'user-defined functions': [() => scripts().userDefinedFunctions.readAll().fetchAll()],
    'user-defined functions in queries': [() => query('SELECT VALUE udf.tax(c.n) FROM c')],
    'users and permissions': [
      () => fixture.database.users.create({ id: 'u' }),
      () => fixture.database.user('u').permissions.readAll().fetchAll(),
    ],
    'resource tokens': [
      () => {
        const authorization = 'type%3Dresource%26ver%3D1.0%26sig%3Dx';
        return fixture.connect(undefined, { authorization }).database('ballast').container('orders').read();
      },
    ],
    'the conflict feed': [() => fixture.orders.conflicts.readAll().fetchAll()],
    'deleting all items of a partition key': [() => fixture.orders.deleteAllItemsForPartitionKey(['a', 'b'])],
    'client-side encryption: keys': [() => plainly('GET', 'dbs/ballast/clientencryptionkeys')],
    'client-side encryption: policies': [() => container({ clientEncryptionPolicy: { includedPaths: [] } })],
    attachments: [() => plainly('GET', 'dbs/ballast/colls/orders/docs/i/attachments')],
    'computed properties': [() => container({ computedProperties: [{ name: 'b', query: 'SELECT VALUE c.a FROM c' }] })],
    'analytical storage': [() => container({ analyticalStorageTtl: -1 })],
    'spatial indexes': [() => indexes('spatialIndexes')],
    'spatial functions': [() => query('SELECT VALUE ST_DISTANCE(c.a, c.b) FROM c')],
    'vector embeddings': [() => container({ vectorEmbeddingPolicy: { vectorEmbeddings: [] } })],
    'vector indexes': [() => indexes('vectorIndexes')],
    'vector functions': [() => query('SELECT VALUE VectorDistance(c.a, c.b) FROM c')],
    'full-text policies': [() => container({ fullTextPolicy: { defaultLanguage: 'en-US' } })],
    'full-text indexes': [() => indexes('fullTextIndexes')],
    'full-text functions': [() => query(`SELECT * FROM c WHERE FullTextContains(c.a, 'x')`)],
    'ordering by rank': [() => query(`SELECT * FROM c ORDER BY RANK FullTextScore(c.a, ['x'])`)],
  };

  it('is asked for here, all of it', () => {
    expect(Object.keys(requests)).toEqual([...missing.keys()]);
  });

  it.each(Object.entries(requests))('%s: the error names it', async (feature, asked) => {
    for (const request of asked) {
      await expect(request()).rejects.toMatchObject({ message: expect.stringContaining(missing.get(feature)!) });
    }
  });
});
