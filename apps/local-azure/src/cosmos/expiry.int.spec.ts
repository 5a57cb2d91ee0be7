import { CosmosFixture, ORDERS, RANGE_COUNTS } from './cosmos-fixture.js';

describe.each(RANGE_COUNTS)('items with a lifetime, over %d physical partitions, through the real SDK', (ranges) => {
  let fixture: CosmosFixture;
  let skewMs = 0;
  const key = ['ballast', 'p1'];
  const document = (id: string, rest: object = {}) => ({ id, productId: 'ballast', profileId: 'p1', ...rest });
  const alive = async () =>
    (await fixture.orders.items.query('SELECT VALUE c.id FROM c', { partitionKey: key }).fetchAll()).resources;

  beforeEach(async () => {
    skewMs = 0;
    fixture = await CosmosFixture.start({
      ranges,
      containers: [{ ...ORDERS, defaultTtlSeconds: 100 }],
      nowMs: () => Date.now() + skewMs,
    });
  });
  afterEach(() => fixture.close());

  it('vanish from reads, queries, the feed and conflicts at the moment they expire', async () => {
    await fixture.orders.items.create(document('short', { ttl: 10 }));
    await fixture.orders.items.create(document('default'));
    await fixture.orders.items.create(document('forever', { ttl: -1 }));
    expect(await alive()).toEqual(['short', 'default', 'forever']);
    skewMs = 11_000;
    expect(await alive()).toEqual(['default', 'forever']);
    expect((await fixture.orders.item('short', key).read()).statusCode).toBe(404);
    const { result } = await fixture.orders.items.getChangeFeedIterator({}).readNext();
    expect(result).toEqual([]);
    expect((await fixture.orders.items.create(document('short'))).statusCode).toBe(201);
    skewMs = 300_000;
    expect(await alive()).toEqual(['forever']);
  });

  it('are counted from the last write', async () => {
    await fixture.orders.items.create(document('renewed', { ttl: 10 }));
    skewMs = 8_000;
    await fixture.orders.items.upsert(document('renewed', { ttl: 10 }));
    skewMs = 15_000;
    expect(await alive()).toEqual(['renewed']);
  });

  it('are as if they were not there, to every operation', async () => {
    const item = fixture.orders.item('over', key);
    const first = (await fixture.orders.items.create(document('over', { ttl: 10 }))).resource!;
    skewMs = 11_000;
    const missing = { code: 404 };
    await expect(item.replace(document('over'))).rejects.toMatchObject(missing);
    await expect(item.patch([{ op: 'set', path: '/n', value: 1 }])).rejects.toMatchObject(missing);
    await expect(item.delete()).rejects.toMatchObject(missing);
    const upserted = await fixture.orders.items.upsert(document('over'), {
      accessCondition: { type: 'IfMatch', condition: '"other"' },
    });
    expect(upserted.statusCode).toBe(201);
    expect(upserted.resource!['_rid']).not.toBe(first['_rid']);
  });

  it('live as long as the last replace or patch says', async () => {
    await fixture.orders.items.create(document('longer', { ttl: 10 }));
    await fixture.orders.items.create(document('shorter'));
    await fixture.orders.item('longer', key).replace(document('longer', { ttl: 50 }));
    await fixture.orders.item('shorter', key).patch([{ op: 'set', path: '/ttl', value: 5 }]);
    skewMs = 11_000;
    expect(await alive()).toEqual(['longer']);
    await fixture.orders.item('longer', key).patch([{ op: 'remove', path: '/ttl' }]);
    skewMs = 80_000;
    expect(await alive()).toEqual(['longer']);
    skewMs = 200_000;
    expect(await alive()).toEqual([]);
  });

  it('have none in a container without one, whatever they say', async () => {
    const definition = { id: 'forever', partitionKey: '/pk' };
    const { container } = await fixture.database.containers.create(definition);
    await container.items.create({ id: 'a', pk: 'p', ttl: 10 });
    skewMs = 11_000;
    expect((await container.item('a', 'p').read()).statusCode).toBe(200);
  });
});
