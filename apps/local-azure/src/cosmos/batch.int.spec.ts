import type { OperationInput } from '@azure/cosmos';
import { ContainerStore } from './container-store.js';
import { CosmosFixture, RANGE_COUNTS } from './cosmos-fixture.js';

describe.each(RANGE_COUNTS)('transactional batches over %d physical partitions, through the real SDK', (ranges) => {
  let fixture: CosmosFixture;
  const key = ['ballast', 'p1'];
  const document = (id: string, rest: object = {}) => ({ id, productId: 'ballast', profileId: 'p1', ...rest });
  const create = (id: string, rest: object = {}): OperationInput =>
    ({ operationType: 'Create', resourceBody: document(id, rest) }) as OperationInput;
  const batch = async (operations: OperationInput[]) => (await fixture.orders.items.batch(operations, key)).result!;
  const exists = async (id: string) => (await fixture.orders.item(id, key).read()).statusCode === 200;

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
  });
  afterAll(() => fixture.close());

  it('does all operations in order and gives each its status, tag and body', async () => {
    const { etag } = await fixture.orders.items.create(document('head', { n: 1 }));
    const result = await batch([
      create('row'),
      {
        operationType: 'Replace',
        id: 'head',
        ifMatch: etag,
        resourceBody: document('head', { n: 2 }),
      } as OperationInput,
      { operationType: 'Read', id: 'head' } as OperationInput,
      { operationType: 'Upsert', resourceBody: document('row', { n: 3 }) } as OperationInput,
      { operationType: 'Delete', id: 'row' } as OperationInput,
    ]);
    expect(result.map(({ statusCode }) => statusCode)).toEqual([201, 200, 200, 200, 204]);
    expect(result[2]!.resourceBody).toMatchObject({ n: 2 });
    expect(result[1]!.eTag).toBe(result[2]!.eTag);
    expect(await exists('row')).toBe(false);
  });

  it('does nothing when one operation fails: that one says why, the others 424', async () => {
    await fixture.orders.items.create(document('taken'));
    const result = await batch([create('before'), create('taken'), create('after')]);
    expect(result.map(({ statusCode }) => statusCode)).toEqual([424, 409, 424]);
    expect([await exists('before'), await exists('after')]).toEqual([false, false]);
  });

  it('keeps nothing of a batch whose writes fail halfway', async () => {
    const original = Object.getOwnPropertyDescriptor(ContainerStore.prototype, 'insert')!
      .value as ContainerStore['insert'];
    let inserts = 0;
    const spy = jest.spyOn(ContainerStore.prototype, 'insert').mockImplementation(function (
      this: ContainerStore,
      ...item
    ) {
      if (++inserts === 2) throw new Error('halfway');
      original.apply(this, item);
    });
    await expect(batch([create('written'), create('not written')])).rejects.toThrow();
    spy.mockRestore();
    expect(inserts).toBe(2);
    expect([await exists('written'), await exists('not written')]).toEqual([false, false]);
  });

  it('stops at the first failure, so that the order of operations decides', async () => {
    await fixture.orders.items.create(document('stale', { n: 1 }));
    const replace = {
      operationType: 'Replace',
      id: 'stale',
      ifMatch: '"other"',
      resourceBody: document('stale'),
    } as OperationInput;
    const statuses = async (operations: OperationInput[]) =>
      (await batch(operations)).map(({ statusCode }) => statusCode);
    expect(await statuses([create('taken'), replace])).toEqual([409, 424]);
    expect(await statuses([replace, create('taken')])).toEqual([412, 424]);
  });

  it('does not see the effects of a batch that failed, even beside others in the same turn', async () => {
    const outcomes = await Promise.all([
      batch([create('x1'), create('x2')]),
      batch([create('x3'), create('x1')]),
      batch([create('x3'), create('x4')]),
    ]);
    expect(outcomes.map((result) => result.map(({ statusCode }) => statusCode))).toEqual([
      [201, 201],
      [424, 409],
      [201, 201],
    ]);
  });

  it.each(['Read', 'Delete', 'Patch'])('tells an id with half of a character from every other: %s', async (type) => {
    const id = `whole-${type}-\ufffd`;
    await fixture.orders.items.create(document(id));
    const resourceBody = { operations: [{ op: 'set', path: '/n', value: 1 }] };
    const result = await batch([
      { operationType: type, id: `whole-${type}-\ud800`, resourceBody } as unknown as OperationInput,
    ]);
    expect(result.map(({ statusCode }) => statusCode)).toEqual([404]);
    expect(await exists(id)).toBe(true);
  });

  it('refuses a batch of another partition, an empty one and one above 100 operations', async () => {
    const different = 'different partition key value';
    await expect(batch([create('fine'), create('foreign', { profileId: 'p2' })])).rejects.toThrow(different);
    expect(await exists('fine')).toBe(false);
    const many = Array.from({ length: 101 }, (_, index) => create(`many-${index}`));
    await expect(batch(many)).rejects.toThrow();
    expect(await exists('many-0')).toBe(false);
  });

  it('charges the sum of its operations', async () => {
    const { requestCharge: one } = await fixture.orders.items.create(document('charge-0'));
    const { headers } = (await fixture.orders.items.batch(
      [create('charge-1'), create('charge-2')],
      key,
    )) as unknown as {
      headers: Record<string, unknown>;
    };
    expect(Number(headers['x-ms-request-charge'])).toBeCloseTo(2 * one, 1);
  });
});
