import type { Container, OperationInput } from '@azure/cosmos';
import { CosmosFixture, RANGE_COUNTS } from './cosmos-fixture.js';

describe.each(RANGE_COUNTS)('unique keys over %d physical partitions, through the real SDK', (ranges) => {
  let fixture: CosmosFixture;
  let users: Container;
  let skewMs = 0;
  const taken = { code: 409, message: expect.stringContaining('Unique index constraint') };
  const user = (id: string, email?: string, rest: object = {}) => ({
    id,
    pk: 'x',
    name: { first: id },
    email,
    ...rest,
  });

  beforeEach(async () => {
    skewMs = 0;
    fixture = await CosmosFixture.start({ ranges, nowMs: () => Date.now() + skewMs });
    const uniqueKeys = [{ paths: ['/email'] }, { paths: ['/name/first', '/name/last'] }];
    const definition = { id: 'users', partitionKey: '/pk', uniqueKeyPolicy: { uniqueKeys }, defaultTtl: -1 };
    users = (await fixture.database.containers.create(definition)).container;
  });
  afterEach(() => fixture.close());

  it('hold within a logical partition, for every key, and after a restart', async () => {
    await users.items.create(user('a', 'a@x'));
    await fixture.restart();
    users = fixture.database.container('users');
    await expect(users.items.create(user('b', 'a@x'))).rejects.toMatchObject(taken);
    await expect(users.items.create(user('b', 'b@x', { name: { first: 'a' } }))).rejects.toMatchObject(taken);
    expect((await users.items.create(user('b', 'a@x', { pk: 'y' }))).statusCode).toBe(201);
    expect((await users.items.create(user('b', 'b@x'))).statusCode).toBe(201);
  });

  it('count an absent value as null, which one item may have', async () => {
    await users.items.create(user('a'));
    await expect(users.items.create(user('b'))).rejects.toMatchObject(taken);
    await expect(users.items.create(user('b', null as unknown as string))).rejects.toMatchObject(taken);
  });

  it('hold for replace, upsert and patch, and give the old value back', async () => {
    await users.items.create(user('a', 'a@x'));
    await users.items.create(user('b', 'b@x'));
    const b = users.item('b', 'x');
    await expect(b.replace(user('b', 'a@x'))).rejects.toMatchObject(taken);
    await expect(users.items.upsert(user('b', 'a@x'))).rejects.toMatchObject(taken);
    const patch = b.patch([{ op: 'set', path: '/email', value: 'a@x' }]);
    await expect(patch).rejects.toMatchObject(taken);
    expect((await b.read()).resource).toMatchObject({ email: 'b@x' });
    expect((await b.replace(user('b', 'b@x', { n: 1 }))).statusCode).toBe(200);
    expect((await b.replace(user('b', 'c@x'))).statusCode).toBe(200);
    expect((await users.items.upsert(user('d', 'b@x'))).statusCode).toBe(201);
  });

  it('hold in a batch, of which nothing is done then', async () => {
    const create = (id: string, email: string) =>
      ({ operationType: 'Create', resourceBody: user(id, email) }) as unknown as OperationInput;
    const { result } = await users.items.batch([create('a', 'same'), create('b', 'same')], 'x');
    expect(result!.map(({ statusCode }) => statusCode)).toEqual([424, 409]);
    expect((await users.items.create(user('c', 'same'))).statusCode).toBe(201);
  });

  it('are free again after a delete, and at the moment an item expires', async () => {
    await users.items.create(user('a', 'a@x'));
    await users.item('a', 'x').delete();
    await users.items.create(user('b', 'a@x', { ttl: 10 }));
    await expect(users.items.create(user('c', 'a@x'))).rejects.toMatchObject(taken);
    skewMs = 60_000;
    expect((await users.items.create(user('c', 'a@x'))).statusCode).toBe(201);
    expect((await users.items.create(user('b', 'b@x'))).statusCode).toBe(201);
  });
});
