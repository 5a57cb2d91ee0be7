import { BulkOperationType, CosmosClient, type OperationInput } from '@azure/cosmos';
import { Faults, type FaultOrder } from '../faults/faults.js';
import { CosmosFixture, MASTER_KEY } from './cosmos-fixture.js';

describe('faults on demand: what the real SDK does', () => {
  let fixture: CosmosFixture;
  let faults: Faults;
  const key = ['ballast', 'p1'];
  const document = (id: string) => ({ id, productId: 'ballast', profileId: 'p1' });
  const order = (kind: string, rest: Partial<FaultOrder> = {}) => faults.order({ kind, target: 'orders', ...rest });
  const requests = (kind: string) => fixture.usage.snapshot().cosmos.byContainer['orders']?.[kind]?.requests ?? 0;

  beforeAll(async () => {
    faults = new Faults();
    fixture = await CosmosFixture.start({ faults, ranges: 3 });
    await fixture.orders.items.create(document('known'));
  });
  beforeEach(() => fixture.usage.reset());
  afterEach(() => faults.clear());
  afterAll(() => fixture.close());

  const calls: [string, string, (id: string) => Promise<unknown>][] = [
    ['read', 'a read', () => fixture.orders.item('known', key).read()],
    ['create', 'a create', (id) => fixture.orders.items.create(document(id))],
    ['upsert', 'an upsert', (id) => fixture.orders.items.upsert(document(id))],
    ['patch', 'a patch', () => fixture.orders.item('known', key).patch([{ op: 'set', path: '/n', value: 1 }])],
    [
      'batch',
      'a batch',
      (id) => fixture.orders.items.batch([{ operationType: 'Create', resourceBody: document(id) }], key),
    ],
    ['query', 'a query', () => fixture.orders.items.query('SELECT * FROM c', { partitionKey: key }).fetchNext()],
  ];

  it.each(calls)('429: %s is repeated after the time that the server says', async (kind, name, call) => {
    await order('cosmos-throttled', { count: 2, delayMs: 20 });
    const startedAt = performance.now();
    await call(`throttled ${name}`);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(kind === 'query' ? 15 : 35);
    if (kind !== 'query') expect(requests(kind)).toBe(3);
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

  it.each([
    ['cosmos-retry-with', 449],
    ['cosmos-gone', 410],
    ['cosmos-timeout', 408],
  ])('%s: a read and a write raise %d at once', async (kind, code) => {
    await order(kind);
    await expect(fixture.orders.items.create(document('never'))).rejects.toMatchObject({ code });
    await expect(fixture.orders.item('known', key).read()).rejects.toMatchObject({ code });
    expect([requests('create'), requests('read')]).toEqual([1, 1]);
    expect(await exists('never')).toBe(false);
  });

  it('503: a read is repeated once, a write raises it', async () => {
    await order('cosmos-unavailable', { count: 1 });
    await expect(fixture.orders.item('known', key).read()).resolves.toMatchObject({ statusCode: 200 });
    await order('cosmos-unavailable', { count: 1 });
    await expect(fixture.orders.items.create(document('never'))).rejects.toMatchObject({ code: 503 });
    expect(await exists('never')).toBe(false);
  });

  it('410: a query is raised as one to be repeated', async () => {
    await order('cosmos-gone', { count: 1 });
    const query = () => fixture.orders.items.query('SELECT VALUE c.id FROM c ORDER BY c.id').fetchAll();
    await expect(query()).rejects.toThrow('retryable');
    faults.clear();
    expect((await query()).resources).toContain('known');
  });

  it('429: bulk operations are repeated', async () => {
    const create = (id: string): OperationInput => ({
      operationType: BulkOperationType.Create,
      partitionKey: key,
      resourceBody: document(id),
    });
    await order('cosmos-throttled', { count: 1, delayMs: 5 });
    const results = await fixture.orders.items.executeBulkOperations([create('b1'), create('b2')] as never);
    expect(results.map(({ response }) => response?.statusCode)).toEqual([201, 201]);
  });

  it('408 for what was done: the write raises it, and is there', async () => {
    await order('cosmos-answer-lost', { count: 1 });
    await expect(fixture.orders.items.create(document('done'))).rejects.toMatchObject({ code: 408 });
    expect(await exists('done')).toBe(true);
    await expect(fixture.orders.items.create(document('done'))).rejects.toMatchObject({ code: 409 });
  });

  it('latency: a request waits as long as ordered', async () => {
    await order('cosmos-slow', { count: 1, delayMs: 200 });
    const startedAt = performance.now();
    await fixture.orders.item('known', key).read();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(195);
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
