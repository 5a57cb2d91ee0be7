import { CosmosFixture, RANGE_COUNTS } from '../cosmos-fixture.js';

describe.each(RANGE_COUNTS)('pages of a query over %d physical partitions, through the real SDK', (ranges) => {
  let fixture: CosmosFixture;
  const document = (id: string, n: number, profileId = 'p1') => ({
    id,
    n,
    kind: n % 2 ? 'odd' : 'even',
    productId: 'ballast',
    profileId,
  });

  const fill = async (profileId?: string): Promise<void> => {
    for (let n = 0; n < 25; n++) {
      await fixture.orders.items.create(document(`i${String(n).padStart(2, '0')}`, n, profileId));
    }
  };

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
    await fill();
  });
  afterAll(() => fixture.close());

  const page = async (query: string, continuationToken?: string, profileId = 'p1') => {
    const options = { partitionKey: ['ballast', profileId], maxItemCount: 10, continuationToken };
    const { resources, continuationToken: next } = await fixture.orders.items.query<string>(query, options).fetchNext();
    return { resources, next };
  };

  it.each([
    ['SELECT VALUE c.id FROM c', 'SELECT VALUE c.id FROM c'],
    ['ORDER BY n', 'SELECT VALUE c.id FROM c ORDER BY c.n'],
    ['ORDER BY two keys', 'SELECT VALUE c.id FROM c ORDER BY c.kind, c.n DESC'],
    ['a filter that indexes cannot answer', "SELECT VALUE c.id FROM c WHERE NOT ENDSWITH(c.id, '9')"],
    ['OFFSET LIMIT', 'SELECT VALUE c.id FROM c ORDER BY c.n DESC OFFSET 2 LIMIT 21'],
  ])('give each item once with %s, across a restart', async (_, query) => {
    const whole = (
      await fixture.orders.items.query<string>(query, { partitionKey: ['ballast', 'p1'], maxItemCount: -1 }).fetchAll()
    ).resources;
    const first = await page(query);
    expect(first.resources).toHaveLength(10);
    await fixture.restart();
    const second = await page(query, first.next);
    const third = await page(query, second.next);
    expect([...first.resources, ...second.resources, ...third.resources]).toEqual(whole);
    expect(third.next).toBeUndefined();
  });

  it('neither repeat nor skip an item when others are inserted and deleted in between', async () => {
    const query = 'SELECT VALUE c.id FROM c ORDER BY c.n';
    await fill('p2');
    const first = await page(query, undefined, 'p2');
    await fixture.orders.items.create(document('new-before', -1, 'p2'));
    await fixture.orders.items.create(document('new-after', 10.5, 'p2'));
    await fixture.orders.item('i09', ['ballast', 'p2']).delete();
    const second = await page(query, first.next, 'p2');
    expect(second.resources.slice(0, 2)).toEqual(['i10', 'new-after']);
  });

  it('refuse a continuation of another query', async () => {
    const { next } = await page('SELECT VALUE c.id FROM c');
    await expect(page('SELECT VALUE c.n FROM c', next)).rejects.toMatchObject({ code: 400 });
  });
});
