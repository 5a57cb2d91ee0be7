import { CosmosClient } from '@azure/cosmos';
import { CosmosFixture, RANGE_COUNTS } from './cosmos-fixture.js';

describe.each(RANGE_COUNTS)('items over %d physical partitions, through the real SDK', (ranges) => {
  let fixture: CosmosFixture;
  const key = ['ballast', 'p1'];
  const order = (id: string, rest: object = {}) => ({
    id,
    productId: 'ballast',
    profileId: 'p1',
    kind: 'order',
    ...rest,
  });
  const create = (id: string, rest: object = {}) => fixture.orders.items.create(order(id, rest));

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
  });
  afterAll(() => fixture.close());

  it('creates an item and reads it back with its system properties', async () => {
    const created = await create('a', { n: 1, text: 'ünï "quoted"' });
    expect(created.statusCode).toBe(201);
    expect(created.requestCharge).toBeGreaterThan(4.9);
    const read = await fixture.orders.item('a', key).read();
    expect(read.statusCode).toBe(200);
    expect(read.resource).toEqual(created.resource);
    expect(read.resource).toMatchObject({ ...order('a', { n: 1, text: 'ünï "quoted"' }), _etag: created.etag });
    expect(read.resource!._ts).toEqual(expect.any(Number));
    expect(Buffer.from(String(read.resource!._rid).replaceAll('-', '/'), 'base64')).toHaveLength(16);
    expect(read.requestCharge).toBe(1);
  });

  it('refuses a second item with the same id in the same partition only', async () => {
    await create('twice');
    await expect(create('twice')).rejects.toMatchObject({ code: 409, body: { code: 'Conflict' } });
    await expect(create('twice', { profileId: 'p2' })).resolves.toMatchObject({ statusCode: 201 });
  });

  it('answers a read of nothing with 404 and no resource', async () => {
    await expect(fixture.orders.item('nothing', key).read()).resolves.toMatchObject({
      statusCode: 404,
      resource: undefined,
    });
    await expect(fixture.orders.item('nothing', key).delete()).rejects.toMatchObject({ code: 404 });
  });

  it('replaces only the version that If-Match names', async () => {
    const { etag } = await create('versioned', { n: 1 });
    const item = fixture.orders.item('versioned', key);
    const ifMatch = { accessCondition: { type: 'IfMatch', condition: etag } };
    const replaced = await item.replace(order('versioned', { n: 2 }), ifMatch);
    expect(replaced).toMatchObject({ statusCode: 200, resource: { n: 2 } });
    expect(replaced.etag).not.toBe(etag);
    await expect(item.replace(order('versioned', { n: 3 }), ifMatch)).rejects.toMatchObject({ code: 412 });
    await expect(item.delete(ifMatch)).rejects.toMatchObject({ code: 412 });
    const upsert = fixture.orders.items.upsert(order('versioned', { n: 4 }), ifMatch);
    await expect(upsert).rejects.toMatchObject({ code: 412 });
    expect((await item.read()).resource).toMatchObject({ n: 2 });
  });

  it('lets one of two concurrent replaces with the same If-Match win', async () => {
    const { etag } = await create('raced', { n: 0 });
    const replace = (n: number) =>
      fixture.orders
        .item('raced', key)
        .replace(order('raced', { n }), { accessCondition: { type: 'IfMatch', condition: etag } });
    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5].map(replace));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('answers a read with the current version in If-None-Match with 304', async () => {
    const { etag } = await create('cached');
    const item = fixture.orders.item('cached', key);
    const ifNoneMatch = { accessCondition: { type: 'IfNoneMatch', condition: etag } };
    await expect(item.read(ifNoneMatch)).resolves.toMatchObject({ statusCode: 304, etag });
    await item.replace(order('cached', { n: 2 }));
    await expect(item.read(ifNoneMatch)).resolves.toMatchObject({ statusCode: 200, resource: { n: 2 } });
  });

  it('upserts: 201 for a new item, 200 for a known one, which keeps its _rid', async () => {
    const first = await fixture.orders.items.upsert(order('upserted', { n: 1 }));
    const second = await fixture.orders.items.upsert(order('upserted', { n: 2 }));
    expect([first.statusCode, second.statusCode]).toEqual([201, 200]);
    expect(second.resource!['_rid']).toBe(first.resource!['_rid']);
  });

  it('deletes, after which the id is free and the version another', async () => {
    const { etag } = await create('gone');
    await expect(fixture.orders.item('gone', key).delete()).resolves.toMatchObject({ statusCode: 204 });
    expect((await fixture.orders.item('gone', key).read()).statusCode).toBe(404);
    expect((await create('gone')).etag).not.toBe(etag);
  });

  it.each([
    ['an id of 1024 bytes', { id: 'x'.repeat(1024) }],
    ['a lifetime of zero', { ttl: 0 }],
    ['an object in the partition key', { profileId: {} }],
  ])('refuses %s with 400', async (_, rest) => {
    await expect(create('bad', rest)).rejects.toMatchObject({ code: 400 });
  });

  it('refuses an item above 2 MB with 413, and keeps one just below', async () => {
    await expect(create('huge', { text: 'x'.repeat(2 * 1024 * 1024) })).rejects.toMatchObject({ code: 413 });
    await expect(create('large', { text: 'x'.repeat(2 * 1024 * 1024 - 1_000) })).resolves.toBeDefined();
  });

  it('refuses a partition key that is not the document’s, or not whole', async () => {
    const item = fixture.orders.item('a', ['ballast', 'p2']);
    await expect(item.replace(order('a'))).rejects.toMatchObject({ code: 400, substatus: 1001 });
    await expect(fixture.orders.item('a', ['ballast']).read()).rejects.toMatchObject({ code: 400 });
  });

  it('answers 404 for an unknown container and database', async () => {
    await expect(fixture.database.container('none').read()).rejects.toMatchObject({ code: 404 });
    await expect(fixture.connect().database('none').read()).rejects.toMatchObject({ code: 404 });
    await expect(fixture.database.container('none').items.create(order('a'))).rejects.toMatchObject({ code: 404 });
  });

  it('refuses a wrong key with 401', async () => {
    const stranger: CosmosClient = fixture.connect(Buffer.from('another key').toString('base64'));
    const read = stranger.database('ballast').container('orders').item('a', key).read();
    await expect(read).rejects.toMatchObject({ code: 401 });
    stranger.dispose();
  });

  it('counts what it was asked, and serves the counters without a key', async () => {
    fixture.usage.reset();
    await fixture.orders.item('a', key).read();
    const served = (await (await fetch(`${fixture.endpoint}usage`)).json()) as object;
    expect(served).toMatchObject({ cosmos: { byContainer: { orders: { read: { requests: 1, requestUnits: 1 } } } } });
    expect(await (await fetch(`${fixture.endpoint}metrics`)).text()).toContain('container="orders",kind="read"');
    expect((await fetch(`${fixture.endpoint}health`)).status).toBe(200);
    await fetch(`${fixture.endpoint}usage/reset`, { method: 'POST' });
    expect(fixture.usage.snapshot().cosmos.total.dataPlaneRequests).toBe(0);
  });
});
