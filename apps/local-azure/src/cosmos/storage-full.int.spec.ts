import { ChangeFeedStartFrom } from '@azure/cosmos';
import { Faults } from '../faults/faults.js';
import { CosmosFixture, RANGE_COUNTS } from './cosmos-fixture.js';

describe.each(RANGE_COUNTS)('a full storage, through the real SDK, %d range(s)', (ranges) => {
  let fixture: CosmosFixture;
  let faults: Faults;
  const key = ['ballast', 'p1'];
  const large = (id: string) => ({ id, productId: 'ballast', profileId: 'p1', text: 'x'.repeat(1_000_000) });
  const full = { code: 503, message: expect.stringContaining('The storage of this server is full.') };
  const items = () => fixture.orders.items;

  beforeEach(async () => {
    faults = new Faults();
    fixture = await CosmosFixture.start({ faults, ranges });
    await items().create({ ...large('known'), text: 'short' });
    await faults.order({ kind: 'cosmos-storage-full' });
  });
  afterEach(() => fixture.close());

  it('refuses writes whole, lets reads and queries go on, and takes writes again once there is room', async () => {
    await expect(items().create(large('a'))).rejects.toMatchObject(full);
    await expect(fixture.orders.item('known', key).replace(large('known'))).rejects.toMatchObject(full);
    const batch = items().batch([{ operationType: 'Create', resourceBody: large('b') }], key);
    await expect(batch).rejects.toThrow('The storage of this server is full.');
    expect((await fixture.orders.item('known', key).read()).resource).toMatchObject({ text: 'short' });
    const ordered = items().query('SELECT VALUE c.id FROM c WHERE c.n > 0 OR c.id = "known" ORDER BY c.n');
    await expect(ordered.fetchAll()).resolves.toBeDefined();
    expect((await items().readAll().fetchAll()).resources).toHaveLength(1);
    faults.clear();
    for (const id of ['a', 'b']) await items().create(large(id));
    const feed = items().getChangeFeedIterator<{ id: string }>({
      changeFeedStartFrom: ChangeFeedStartFrom.Beginning(),
    });
    const seen: string[] = [];
    for (let page = await feed.readNext(); page.statusCode !== 304; page = await feed.readNext())
      seen.push(...page.result.map(({ id }) => id));
    expect(seen).toEqual(['known', 'a', 'b']);
  });

  it('refuses a new container, which then does not exist, and can be made once there is room', async () => {
    const { containers } = fixture.database;
    const definition = { id: 'late', partitionKey: '/pk' };
    await expect(containers.create(definition)).rejects.toMatchObject(full);
    await expect(fixture.database.container('late').read()).rejects.toMatchObject({ code: 404 });
    faults.clear();
    await expect(containers.create(definition)).resolves.toMatchObject({ statusCode: 201 });
    await expect(fixture.database.container('late').items.create({ id: 'a', pk: 1 })).resolves.toBeDefined();
  });
});
