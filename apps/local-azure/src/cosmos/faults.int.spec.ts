import { BulkOperationType, CosmosClient, type OperationInput } from '@azure/cosmos';
import { Faults, type FaultOrder } from '../faults/faults.js';
import { CosmosFixture, MASTER_KEY, RANGE_COUNTS } from './cosmos-fixture.js';

describe.each(RANGE_COUNTS)('faults on demand, through the real SDK, %d range(s)', (ranges) => {
  let fixture: CosmosFixture;
  let faults: Faults;
  const key = ['ballast', 'p1'];
  const document = (id: string) => ({ id, productId: 'ballast', profileId: 'p1' });
  const order = (kind: string, rest: Partial<FaultOrder> = {}) => faults.order({ kind, target: 'orders', ...rest });
  const requests = (kind: string) => fixture.usage.snapshot().cosmos.byContainer['orders']?.[kind]?.requests ?? 0;

  beforeAll(async () => {
    faults = new Faults();
    fixture = await CosmosFixture.start({ faults, ranges });
    await fixture.orders.items.create(document('known'));
  });
  beforeEach(() => fixture.usage.reset());
  afterEach(() => faults.clear());
  afterAll(() => fixture.close());

  it('429: a request is repeated after the time that the server says', async () => {
    await order('cosmos-throttled', { count: 2, delayMs: 20 });
    const startedAt = performance.now();
    await fixture.orders.items.create(document('throttled'));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(35);
    expect(requests('create')).toBe(3);
  });

  it('429: a client that has repeated often enough raises it, with the time to wait', async () => {
    await order('cosmos-throttled', { delayMs: 7 });
    const retryOptions = { maxRetryAttemptCount: 2, maxWaitTimeInSeconds: 30, fixedRetryIntervalInMilliseconds: 0 };
    const connectionPolicy = { enableBackgroundEndpointRefreshing: false, retryOptions };
    const client = new CosmosClient({ endpoint: fixture.endpoint, key: MASTER_KEY, connectionPolicy });
    const create = client.database('ballast').container('orders').items.create(document('never'));
    await expect(create).rejects.toMatchObject({ code: 429, substatus: 3200, retryAfterInMs: 7 });
    expect(requests('create')).toBe(3);
    client.dispose();
  });

  it('410: a query is raised as one to be repeated', async () => {
    await order('cosmos-gone', { target: 'orders/query', count: 1 });
    const query = () => fixture.orders.items.query('SELECT VALUE c.id FROM c ORDER BY c.id').fetchAll();
    await expect(query()).rejects.toThrow('retryable');
    faults.clear();
    expect((await query()).resources).toContain('known');
  });

  it('latency: a request waits as long as ordered', async () => {
    await order('cosmos-slow', { count: 1, delayMs: 200 });
    const startedAt = performance.now();
    await fixture.orders.item('known', key).read();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(195);
  });

  it('befall one kind of request of the container they name', async () => {
    await order('cosmos-timeout', { target: 'orders/create' });
    await expect(fixture.orders.item('known', key).read()).resolves.toMatchObject({ statusCode: 200 });
    await expect(fixture.orders.items.create(document('never'))).rejects.toMatchObject({ code: 408 });
  });

  it('befall the container they name only, and a share of its requests by their seed', async () => {
    await order('cosmos-timeout', { target: 'another' });
    await expect(fixture.orders.item('known', key).read()).resolves.toMatchObject({ statusCode: 200 });
    const outcomes = async () => {
      faults.clear();
      await order('cosmos-timeout', { percent: 50, seed: 7 });
      const reads: boolean[] = [];
      for (let n = 0; n < 20; n++) reads.push(await exists('known').catch(() => false));
      return reads;
    };
    const first = await outcomes();
    expect(new Set(first)).toEqual(new Set([true, false]));
    expect(await outcomes()).toEqual(first);
  });

  async function exists(id: string): Promise<boolean> {
    if (faults.standing().some(({ percent }) => percent === 100)) faults.clear();
    return (await fixture.orders.item(id, key).read()).statusCode === 200;
  }
});

describe('a fault of bulk operations, through the real SDK, over 3 range(s)', () => {
  it('429: bulk operations are repeated', async () => {
    const faults = new Faults();
    const fixture = await CosmosFixture.start({ faults, ranges: 3 });
    const partitionKey = ['ballast', 'p1'];
    const create = (id: string): OperationInput => ({
      operationType: BulkOperationType.Create,
      partitionKey,
      resourceBody: { id, productId: 'ballast', profileId: 'p1' },
    });
    await faults.order({ kind: 'cosmos-throttled', target: 'orders', count: 1, delayMs: 5 });
    const results = await fixture.orders.items.executeBulkOperations([create('b1'), create('b2')] as never);
    expect(results.map(({ response }) => response?.statusCode)).toEqual([201, 201]);
    await fixture.close();
  });
});
