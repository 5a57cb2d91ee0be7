import { CosmosFixture } from './cosmos-fixture.js';

describe('databases, through the real SDK', () => {
  let fixture: CosmosFixture;
  const client = () => fixture.connect();

  beforeAll(async () => {
    fixture = await CosmosFixture.start();
  });
  afterAll(() => fixture.close());

  it('are created, read, listed and deleted', async () => {
    const { databases } = client();
    const { database, statusCode, resource } = await databases.create({ id: 'made' });
    expect(statusCode).toBe(201);
    expect((await database.read()).resource).toEqual(resource);
    await expect(databases.create({ id: 'made' })).rejects.toMatchObject({ code: 409 });
    expect((await databases.readAll().fetchAll()).resources.map(({ id }) => id)).toEqual(['ballast', 'made']);
    expect((await database.delete()).statusCode).toBe(204);
    await expect(database.read()).rejects.toMatchObject({ code: 404 });
  });

  it('are created once if they do not exist', async () => {
    const { databases } = client();
    expect((await databases.createIfNotExists({ id: 'once' })).statusCode).toBe(201);
    expect((await databases.createIfNotExists({ id: 'once' })).statusCode).toBe(200);
    await client().database('once').delete();
  });

  it('take their containers with them when they are deleted, and keep a container of the same name elsewhere', async () => {
    const { database } = await client().databases.create({ id: 'short' });
    const { container } = await database.containers.create({ id: 'orders', partitionKey: '/pk' });
    await container.items.create({ id: 'a', pk: 'x' });
    await database.delete();
    const { database: again } = await client().databases.create({ id: 'short' });
    await expect(again.container('orders').read()).rejects.toMatchObject({ code: 404 });
    expect((await fixture.orders.read()).statusCode).toBe(200);
    await again.delete();
  });

  it('are queried with parameters, and listed in pages', async () => {
    const { databases } = client();
    for (const n of [1, 2, 3, 4, 5]) await databases.create({ id: `page-${n}` });
    const query = { query: 'SELECT * FROM root r WHERE r.id = @id', parameters: [{ name: '@id', value: 'page-3' }] };
    expect((await databases.query(query).fetchAll()).resources.map(({ id }) => id)).toEqual(['page-3']);
    const values = databases.query<string>("SELECT VALUE d.id FROM d WHERE STARTSWITH(d.id, 'page-')");
    expect((await values.fetchAll()).resources).toHaveLength(5);
    const first = await databases.readAll({ maxItemCount: 4 }).fetchNext();
    expect(first.resources.map(({ id }) => id)).toEqual(['ballast', 'page-1', 'page-2', 'page-3']);
    const { continuationToken } = first;
    const second = await databases.readAll({ maxItemCount: 4, continuationToken }).fetchNext();
    expect(second.resources.map(({ id }) => id)).toEqual(['page-4', 'page-5']);
    expect(second.continuationToken).toBeUndefined();
    for (const n of [1, 2, 3, 4, 5]) await client().database(`page-${n}`).delete();
  });

  it('refuse an id that is too long', async () => {
    await expect(client().databases.create({ id: 'x'.repeat(256) })).rejects.toMatchObject({ code: 400 });
  });

  it('say that an ordered query of them is not supported', async () => {
    const query = client().databases.query('SELECT * FROM d ORDER BY d.id').fetchAll();
    await expect(query).rejects.toMatchObject({ code: 400, message: expect.stringContaining('SELECT and WHERE') });
  });
});
