import { ChangeFeedStartFrom } from '@azure/cosmos';
import { CosmosFixture } from './cosmos-fixture.js';

describe('throughput, through the real SDK', () => {
  let fixture: CosmosFixture;

  beforeAll(async () => {
    fixture = await CosmosFixture.start();
  });
  afterAll(() => fixture.close());

  const units = async (container: { readOffer(): Promise<{ resource?: { content?: object } }> }) =>
    (await container.readOffer()).resource?.content as { offerThroughput: number; offerAutopilotSettings?: object };

  it('is 400 where nobody said anything, and what was said otherwise, also after a restart', async () => {
    expect((await units(fixture.orders)).offerThroughput).toBe(400);
    const { containers } = fixture.database;
    await containers.create({ id: 'manual', partitionKey: '/pk', throughput: 700 });
    await containers.create({ id: 'autoscale', partitionKey: '/pk', maxThroughput: 4_000 });
    await fixture.restart();
    expect((await units(fixture.database.container('manual'))).offerThroughput).toBe(700);
    const autoscale = await units(fixture.database.container('autoscale'));
    expect(autoscale).toMatchObject({ offerThroughput: 400, offerAutopilotSettings: { maxThroughput: 4_000 } });
  });

  it('of a database is shared by its containers, except those with their own', async () => {
    const { database } = await fixture.connect().databases.create({ id: 'shared', throughput: 1_000 });
    expect((await units(database)).offerThroughput).toBe(1_000);
    const { container: sharing } = await database.containers.create({ id: 'sharing', partitionKey: '/pk' });
    expect((await sharing.readOffer()).resource).toBeUndefined();
    const { container: own } = await database.containers.create({ id: 'own', partitionKey: '/pk', throughput: 500 });
    expect((await units(own)).offerThroughput).toBe(500);
    expect((await fixture.database.readOffer()).resource).toBeUndefined();
    await database.delete();
    const offers = (await fixture.connect().offers.readAll().fetchAll()).resources;
    expect(offers.map(({ content }) => content!.offerThroughput)).not.toContain(500);
  });

  it('is replaced, but not below a hundredth of what it ever was, nor for something else', async () => {
    const { container } = await fixture.database.containers.create({ id: 'grown', partitionKey: '/pk' });
    const replace = async (offerThroughput: number) => {
      const { offer, resource } = await container.readOffer();
      return offer!.replace({ ...resource!, content: { ...resource!.content!, offerThroughput } });
    };
    expect((await replace(60_000)).resource!.content!.offerThroughput).toBe(60_000);
    expect((await container.readOffer()).offer!.id).toBeDefined();
    await expect(replace(500)).rejects.toMatchObject({ code: 400 });
    expect((await replace(600)).resource!.content!.offerThroughput).toBe(600);
    const { offer, resource } = await container.readOffer();
    const other = { ...resource!, resource: 'dbs/other/' };
    await expect(offer!.replace(other)).rejects.toMatchObject({ code: 400 });
    const content = { ...resource!.content!, offerAutopilotSettings: { maxThroughput: 4_000 } };
    const autoscale = { ...resource!, content } as unknown as typeof other;
    await expect(offer!.replace(autoscale)).rejects.toMatchObject({ code: 400 });
  });

  it.each<[string, object]>([
    ['below 400', { throughput: 300 }],
    ['not in steps of 100', { throughput: 450 }],
    ['that autoscales below 1000', { maxThroughput: 500 }],
    ['that autoscales not in steps of 1000', { maxThroughput: 1_500 }],
  ])('%s is refused', async (_, throughput) => {
    const create = fixture.database.containers.create({ id: 'bad', partitionKey: '/pk', ...throughput });
    await expect(create).rejects.toMatchObject({ code: 400 });
  });

  it('above 10 000 for each physical partition makes more of them', async () => {
    const create = { id: 'wide', partitionKey: '/pk', throughput: 25_000 };
    const { container } = await fixture.database.containers.create(create);
    expect(await container.getFeedRanges()).toHaveLength(3);
  });

  it('that grows splits the ranges, while clients that know the old ones go on', async () => {
    const { container } = await fixture.database.containers.create({ id: 'split', partitionKey: '/pk' });
    const ids = Array.from({ length: 30 }, (_, index) => `i${String(index).padStart(2, '0')}`);
    for (const id of ids) await container.items.create({ id, pk: id });
    const forced = { forceQueryPlan: true, maxItemCount: 10 };
    const query = () => container.items.query<string>('SELECT VALUE c.id FROM c ORDER BY c.id', forced);
    const feed = container.items.getChangeFeedIterator<{ id: string }>({
      maxItemCount: 7,
      changeFeedStartFrom: ChangeFeedStartFrom.Beginning(),
    });
    const changed = (await feed.readNext()).result.map(({ id }) => id);
    expect(changed).toHaveLength(7);
    expect((await query().fetchAll()).resources).toEqual(ids);
    const old = await container.readPartitionKeyRanges().fetchAll();

    const { offer, resource } = await container.readOffer();
    await offer!.replace({ ...resource!, content: { ...resource!.content!, offerThroughput: 30_000 } });
    const { resources: ranges } = await container.readPartitionKeyRanges().fetchAll();
    expect(ranges.map(({ id, parents }) => [id, parents])).toEqual([
      ['3', ['0', '1']],
      ['4', ['0', '1']],
      ['5', ['0', '2']],
      ['6', ['0', '2']],
    ]);
    expect(old.resources.map(({ id }) => id)).toEqual(['0']);
    expect((await query().fetchAll()).resources).toEqual(ids);
    for (let page = await feed.readNext(); page.statusCode !== 304; page = await feed.readNext()) {
      changed.push(...page.result.map(({ id }) => id));
    }
    expect(changed.sort()).toEqual(ids);
    const [created] = await container.items.executeBulkOperations([
      { operationType: 'Create', partitionKey: 'new', resourceBody: { id: 'new', pk: 'new' } },
    ]);
    expect(created!.response?.statusCode).toBe(201);
    await fixture.restart();
    const reopened = fixture.database.container('split');
    expect(await reopened.getFeedRanges()).toHaveLength(4);
    expect((await reopened.items.readAll().fetchAll()).resources).toHaveLength(31);
  });
});
