import { ConflictResolutionMode, type ContainerDefinition, type ContainerRequest } from '@azure/cosmos';
import { CosmosFixture, RANGE_COUNTS } from './cosmos-fixture.js';

describe.each(RANGE_COUNTS)('containers of %d physical partitions, through the real SDK', (ranges) => {
  let fixture: CosmosFixture;
  let made = 0;
  const make = async (definition: Partial<ContainerRequest> = {}) => {
    const id = `made-${made++}`;
    return (await fixture.database.containers.create({ id, partitionKey: '/pk', ...definition })).container;
  };

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
  });
  afterAll(() => fixture.close());

  it('are created with the service’s defaults, read, listed and deleted', async () => {
    const { containers } = fixture.database;
    const { container, statusCode, resource } = await containers.create({ id: 'plain', partitionKey: '/pk' });
    expect(statusCode).toBe(201);
    expect(resource).toMatchObject({
      id: 'plain',
      partitionKey: { paths: ['/pk'], kind: 'Hash' },
      indexingPolicy: {
        indexingMode: 'consistent',
        automatic: true,
        includedPaths: [{ path: '/*' }],
        excludedPaths: [{ path: '/"_etag"/?' }],
      },
      conflictResolutionPolicy: { mode: 'LastWriterWins', conflictResolutionPath: '/_ts' },
      geospatialConfig: { type: 'Geography' },
    });
    expect((await container.read()).resource).toEqual(resource);
    await expect(containers.create({ id: 'plain', partitionKey: '/pk' })).rejects.toMatchObject({ code: 409 });
    expect((await containers.readAll().fetchAll()).resources.map(({ id }) => id)).toContain('plain');
    expect((await container.delete()).statusCode).toBe(204);
    await expect(container.read()).rejects.toMatchObject({ code: 404 });
  });

  it('are created once if they do not exist', async () => {
    const { containers } = fixture.database;
    const created = await containers.createIfNotExists({ id: 'once', partitionKey: '/pk' });
    const found = await containers.createIfNotExists({ id: 'once', partitionKey: '/pk' });
    expect([created.statusCode, found.statusCode]).toEqual([201, 200]);
    expect(found.resource!._rid).toBe(created.resource!._rid);
  });

  it('have another internal id, and no items, when they are made again', async () => {
    const { containers } = fixture.database;
    const first = await containers.create({ id: 'twice', partitionKey: '/pk' });
    await first.container.items.create({ id: 'a', pk: 'x' });
    await first.container.delete();
    const second = await containers.create({ id: 'twice', partitionKey: '/pk' });
    expect(second.resource!._rid).not.toBe(first.resource!._rid);
    expect((await second.container.items.readAll().fetchAll()).resources).toEqual([]);
  });

  it('are queried', async () => {
    const container = await make();
    const query = { query: 'SELECT c.id FROM c WHERE c.id = @id', parameters: [{ name: '@id', value: container.id }] };
    expect((await fixture.database.containers.query(query).fetchAll()).resources).toEqual([{ id: container.id }]);
  });

  it('keep what they are told over a restart', async () => {
    const definition = {
      defaultTtl: 60,
      uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/email'] }] },
      conflictResolutionPolicy: { mode: ConflictResolutionMode.LastWriterWins, conflictResolutionPath: '/mine' },
    };
    const container = await make(definition);
    const { resource } = await container.read();
    expect(resource).toMatchObject(definition);
    await fixture.restart();
    expect((await fixture.database.container(container.id).read()).resource).toEqual(resource);
  });

  it('are replaced with a new tag, but not by who knows an old one', async () => {
    const container = await make();
    const { resource, etag } = await container.read();
    const ifMatch = { accessCondition: { type: 'IfMatch', condition: etag } };
    const replaced = await container.replace({ ...resource!, defaultTtl: 10 }, ifMatch);
    expect(replaced.resource).toMatchObject({ defaultTtl: 10, _rid: resource!._rid });
    expect(replaced.etag).not.toBe(etag);
    await expect(container.replace({ ...resource!, defaultTtl: 20 }, ifMatch)).rejects.toMatchObject({ code: 412 });
    await expect(container.delete(ifMatch)).rejects.toMatchObject({ code: 412 });
    expect((await container.read()).resource).toMatchObject({ defaultTtl: 10 });
  });

  it.each<[string, Partial<ContainerDefinition>]>([
    ['the partition key', { partitionKey: { paths: ['/other'] } }],
    ['the unique keys', { uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/other'] }] } }],
  ])('refuse a change of %s', async (_, change) => {
    const container = await make();
    const { resource } = await container.read();
    await expect(container.replace({ ...resource!, ...change })).rejects.toMatchObject({ code: 400 });
  });

  it('say how much they hold to who asks', async () => {
    const container = await make();
    for (const id of ['a', 'b', 'c']) await container.items.create({ id, pk: id });
    const { headers } = await container.read({ populateQuotaInfo: true });
    expect(headers['x-ms-resource-usage']).toContain('documentsCount=3;');
  });

  const composite = (...paths: string[]) => [paths.map((path) => ({ path, order: 'ascending' as const }))];
  it.each<[string, object]>([
    ['a lifetime of zero', { defaultTtl: 0 }],
    ['a lifetime below -1', { defaultTtl: -2 }],
    ['an unknown indexing mode', { indexingPolicy: { indexingMode: 'eager' } }],
    ['no index, though automatic', { indexingPolicy: { indexingMode: 'none' } }],
    ['an index path without an end', { indexingPolicy: { includedPaths: [{ path: '/a' }, { path: '/*' }] } }],
    ['an index policy without the root', { indexingPolicy: { includedPaths: [{ path: '/a/?' }], excludedPaths: [] } }],
    ['a path both included and excluded', { indexingPolicy: { excludedPaths: [{ path: '/*' }] } }],
    ['a composite index of one path', { indexingPolicy: { compositeIndexes: composite('/a') } }],
    ['a composite index with a wildcard', { indexingPolicy: { compositeIndexes: composite('/a', '/b/*') } }],
    ['an unknown order', { indexingPolicy: { compositeIndexes: [[{ path: '/a', order: 'up' }, { path: '/b' }]] } }],
    ['spatial indexes', { indexingPolicy: { spatialIndexes: [{ path: '/l/*', types: ['Point'] }] } }],
    ['a unique key without paths', { uniqueKeyPolicy: { uniqueKeys: [{ paths: [] }] } }],
    ['a unique key twice', { uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/a'] }, { paths: ['/a'] }] } }],
    [
      'more than ten unique keys',
      { uniqueKeyPolicy: { uniqueKeys: 'abcdefghijk'.split('').map((a) => ({ paths: [`/${a}`] })) } },
    ],
    ['an unknown conflict resolution', { conflictResolutionPolicy: { mode: 'FirstWins' } }],
    ['a negative retention', { changeFeedPolicy: { retentionDuration: -1 } }],
    ['vector embeddings', { vectorEmbeddingPolicy: { vectorEmbeddings: [{ path: '/v' }] } }],
    ['full-text search', { fullTextPolicy: { defaultLanguage: 'en-US' } }],
    ['an id that is too long', { id: 'x'.repeat(256) }],
  ])('are refused with %s', async (_, definition) => {
    await expect(make(definition)).rejects.toMatchObject({ code: 400 });
  });

  it('need an index for an order, a composite one for an order by two keys', async () => {
    const container = await make({
      indexingPolicy: {
        includedPaths: [{ path: '/n/?' }],
        excludedPaths: [{ path: '/*' }],
        compositeIndexes: composite('/a', '/b'),
      },
    });
    for (const n of [2, 1]) await container.items.create({ id: `i${n}`, pk: 'x', n, a: 1, b: n });
    const run = async (order: string) =>
      (await container.items.query(`SELECT VALUE c.n FROM c ORDER BY ${order}`, { partitionKey: 'x' }).fetchAll())
        .resources;
    expect(await run('c.n')).toEqual([1, 2]);
    expect(await run('c.a, c.b')).toEqual([1, 2]);
    await expect(run('c.z')).rejects.toMatchObject({ code: 400, message: expect.stringContaining('excluded') });
    await expect(run('c.b, c.a')).rejects.toMatchObject({ code: 400, message: expect.stringContaining('composite') });
  });

  it('without any index filter, but do not order', async () => {
    const container = await make({ indexingPolicy: { indexingMode: 'none', automatic: false } });
    await container.items.create({ id: 'a', pk: 'x', n: 1 });
    const run = async (text: string) => (await container.items.query(text, { partitionKey: 'x' }).fetchAll()).resources;
    expect(await run('SELECT VALUE c.id FROM c WHERE c.n = 1')).toEqual(['a']);
    await expect(run('SELECT * FROM c ORDER BY c.n')).rejects.toMatchObject({ code: 400 });
  });
});
