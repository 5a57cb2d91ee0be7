import { CosmosClient } from '@azure/cosmos';
import { CosmosFixture, MASTER_KEY, RANGE_COUNTS } from './cosmos-fixture.js';

describe.each(RANGE_COUNTS)('sessions, through the real SDK, %d range(s)', (ranges) => {
  let fixture: CosmosFixture;
  const docs = 'dbs/ballast/colls/orders/docs';
  const create = (id: string, productId = 'ballast') => fixture.orders.items.create({ id, productId, profileId: 'p1' });
  const tokenOf = (response: { headers: Record<string, unknown> }) => {
    const [, range, lsn] = /^(\d+):-1#(\d+)$/.exec(String(response.headers['x-ms-session-token']))!;
    return { range: range!, lsn: Number(lsn) };
  };
  const item = (id: string) => fixture.orders.item(id, ['ballast', 'p1']);
  const keyHeader = { 'x-ms-documentdb-partitionkey': '["ballast","p1"]' };

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
  });
  afterAll(() => fixture.close());

  it('have tokens that only grow, and go on after a restart', async () => {
    const lsns: number[] = [];
    for (const id of ['a', 'b', 'c']) lsns.push(tokenOf(await create(id)).lsn);
    lsns.push(tokenOf(await item('a').delete()).lsn);
    await fixture.restart();
    const read = tokenOf(await item('b').read()).lsn;
    expect(read).toBe(lsns.at(-1));
    lsns.push(tokenOf(await create('d')).lsn);
    expect(lsns).toEqual([...new Set(lsns)].sort((left, right) => left - right));
  });

  it('name the range of the item', async () => {
    const { resources } = await fixture.orders.readPartitionKeyRanges().fetchAll();
    const known = new Set(resources.map(({ id }) => id));
    const named = new Set<string>();
    for (let product = 0; product < 40; product++) named.add(tokenOf(await create('spread', `s${product}`)).range);
    expect(named).toEqual(known);
  });

  it('refuse a read that is ahead of the server with 404 and 1002; the SDK then asks without the token', async () => {
    await create('ahead');
    const { range, lsn } = tokenOf(await item('ahead').read());
    const sessionToken = `${range}:-1#${lsn + 1}`;
    const refused = await fixture.fetch('GET', `${docs}/ahead`, { ...keyHeader, 'x-ms-session-token': sessionToken });
    expect([refused.status, refused.headers.get('x-ms-substatus')]).toEqual([404, '1002']);
    const level = { 'x-ms-consistency-level': 'Eventual', 'x-ms-session-token': sessionToken };
    expect((await fixture.fetch('GET', `${docs}/ahead`, { ...keyHeader, ...level })).status).toBe(200);
    fixture.usage.reset();
    const read = await item('ahead').read({ sessionToken });
    expect(read.statusCode).toBe(200);
    expect(fixture.usage.snapshot().cosmos.byContainer['orders']!['read']!.requests).toBe(2);
  });

  it('let a client with session consistency read what it wrote', async () => {
    const client = new CosmosClient({ endpoint: fixture.endpoint, key: MASTER_KEY, consistencyLevel: 'Session' });
    const orders = client.database('ballast').container('orders');
    for (const id of ['w1', 'w2', 'w3']) {
      await orders.items.create({ id, productId: 'ballast', profileId: 'p1' });
      expect((await orders.item(id, ['ballast', 'p1']).read()).statusCode).toBe(200);
    }
    client.dispose();
  });

  it('refuse a level stronger than the account’s, and one that does not exist', async () => {
    await create('level');
    for (const level of ['Strong', 'BoundedStaleness', 'Perfect']) {
      const client = fixture.connect(MASTER_KEY, { 'x-ms-consistency-level': level });
      const read = client.database('ballast').container('orders').item('level', ['ballast', 'p1']).read();
      await expect(read).rejects.toMatchObject({ code: 400, body: { code: 'BadRequest' } });
      client.dispose();
    }
    for (const consistencyLevel of ['Session', 'ConsistentPrefix', 'Eventual']) {
      await expect(item('level').read({ consistencyLevel })).resolves.toMatchObject({ statusCode: 200 });
    }
  });

  it('refuse a token that is none', async () => {
    const headers = { ...keyHeader, 'x-ms-session-token': 'yesterday' };
    expect((await fixture.fetch('GET', `${docs}/level`, headers)).status).toBe(400);
  });
});
