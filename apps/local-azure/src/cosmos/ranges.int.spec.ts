import type { Container, PartitionKeyDefinition } from '@azure/cosmos';
import { ChangeFeedStartFrom, PartitionKeyDefinitionVersion, PartitionKeyKind } from '@azure/cosmos';
import { CosmosFixture, RANGE_COUNTS } from './cosmos-fixture.js';

describe.each(RANGE_COUNTS)('%d physical partitions of a container, through the real SDK', (ranges) => {
  let fixture: CosmosFixture;

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
  });
  afterAll(() => fixture.close());

  const make = async (id: string, partitionKey: PartitionKeyDefinition): Promise<Container> =>
    (await fixture.database.containers.create({ id, partitionKey })).container;
  const rangesOf = async (container: Container) => (await container.readPartitionKeyRanges().fetchAll()).resources;
  const keys = Array.from({ length: 40 }, (_, index) => `key-${index}`);

  it('cover the whole key space without a gap, and survive a restart', async () => {
    const found = await rangesOf(fixture.orders);
    expect(found).toHaveLength(ranges);
    expect(found.map(({ minInclusive }) => minInclusive)).toEqual([
      '',
      ...found.slice(0, -1).map(({ maxExclusive }) => maxExclusive),
    ]);
    expect(found.at(-1)!.maxExclusive).toBe('FF');
    await fixture.restart();
    expect(await rangesOf(fixture.orders)).toEqual(found);
  });

  const version = PartitionKeyDefinitionVersion.V2;
  const definitions: PartitionKeyDefinition[] = [
    { paths: ['/pk'] },
    { paths: ['/pk'], kind: PartitionKeyKind.Hash, version },
    { paths: ['/pk', '/sub'], kind: PartitionKeyKind.MultiHash, version },
  ];

  const share = async (definition: PartitionKeyDefinition, name: string): Promise<void> => {
    const container = await make(name, definition);
    const key = (pk: string): string[] => (definition.paths.length > 1 ? [pk, 's'] : [pk]);
    const operations = keys.map((pk) => ({
      operationType: 'Create' as const,
      partitionKey: key(pk),
      resourceBody: { id: pk, pk, sub: 's' },
    }));
    const created = await container.items.executeBulkOperations(operations);
    expect(created.map(({ response }) => response?.statusCode)).toEqual(keys.map(() => 201));
    const counts: number[] = [];
    for (const range of await container.getFeedRanges()) {
      const changeFeedStartFrom = ChangeFeedStartFrom.Beginning(range);
      counts.push((await container.items.getChangeFeedIterator({ changeFeedStartFrom }).readNext()).count);
    }
    expect(counts).toHaveLength(ranges);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(keys.length);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    for (const pk of keys.slice(0, 5)) expect((await container.item(pk, key(pk)).read()).statusCode).toBe(200);
  };

  it('share the items of both versions of the hashing and of hierarchical keys, each where the client looks for it', async () => {
    await Promise.all(definitions.map((definition, index) => share(definition, `shared-${index}`)));
  });

  it('are not sent again to a reader that knows them', async () => {
    const path = 'dbs/ballast/colls/orders/pkranges';
    const etag = (await fixture.fetch('GET', path)).headers.get('etag')!;
    expect((await fixture.fetch('GET', path, { 'if-none-match': etag })).status).toBe(304);
    expect((await fixture.fetch('GET', path, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('have ids, and another one is gone', async () => {
    const headers = { 'x-ms-documentdb-partitionkeyrangeid': '77' };
    const read = fixture.orders.items.query('SELECT * FROM c', { initialHeaders: headers }).fetchNext();
    await expect(read).rejects.toMatchObject({ code: 410, substatus: 1002 });
  });

  it.each<[string, object]>([
    ['no path', { paths: [] }],
    ['two paths without a hierarchy', { paths: ['/a', '/b'], kind: 'Hash', version: 2 }],
    ['four paths', { paths: ['/a', '/b', '/c', '/d'], kind: 'MultiHash', version: 2 }],
    ['a hierarchy of version 1', { paths: ['/a', '/b'], kind: 'MultiHash', version: 1 }],
    ['an unknown kind', { paths: ['/a'], kind: 'Range' }],
    ['an unknown version', { paths: ['/a'], kind: 'Hash', version: 3 }],
  ])('refuse a partition key of %s', async (_, partitionKey) => {
    await expect(make('bad', partitionKey as PartitionKeyDefinition)).rejects.toMatchObject({ code: 400 });
  });
});
