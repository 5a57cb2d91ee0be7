import { BulkOperationType, type JSONObject, type OperationInput } from '@azure/cosmos';
import { CosmosFixture } from './cosmos-fixture.js';

describe.each([1, 3])('bulk operations, through the real SDK, %d range(s)', (ranges) => {
  let fixture: CosmosFixture;
  const document = (id: string, profileId: string, rest: object = {}): JSONObject => ({
    id,
    productId: 'ballast',
    profileId,
    ...rest,
  });
  const create = (id: string, profileId: string): OperationInput => ({
    operationType: BulkOperationType.Create,
    partitionKey: ['ballast', profileId],
    resourceBody: document(id, profileId),
  });
  const statuses = (results: readonly { statusCode: number }[]) => results.map(({ statusCode }) => statusCode);

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
  });
  afterAll(() => fixture.close());

  it('do each operation by itself, in many partitions at once', async () => {
    const profiles = Array.from({ length: 40 }, (_, index) => `many-${index}`);
    const operations = profiles.map((profile) => create('same-id', profile));
    const results = await fixture.orders.items.executeBulkOperations(operations as never);
    expect(new Set(statuses(results.map(({ response }) => response!)))).toEqual(new Set([201]));
    const repeated = await fixture.orders.items.executeBulkOperations([
      create('same-id', 'many-0'),
      create('same-id', 'another'),
    ] as never);
    expect(repeated.map(({ response, error }) => response?.statusCode ?? error?.code)).toEqual([409, 201]);
  });

  it('have a result each, of every kind, in the order of the operations', async () => {
    await fixture.orders.items.create(document('known', 'p1', { n: 1 }));
    const partitionKey = ['ballast', 'p1'];
    const results = await fixture.orders.items.bulk([
      { operationType: 'Read', id: 'known', partitionKey },
      { operationType: 'Upsert', partitionKey, resourceBody: document('new', 'p1') },
      { operationType: 'Replace', id: 'known', partitionKey, resourceBody: document('known', 'p1', { n: 2 }) },
      { operationType: 'Patch', id: 'known', partitionKey, resourceBody: [{ op: 'incr', path: '/n', value: 1 }] },
      { operationType: 'Replace', id: 'none', partitionKey, resourceBody: document('none', 'p1') },
      { operationType: 'Delete', id: 'new', partitionKey },
    ] as OperationInput[]);
    expect(statuses(results)).toEqual([200, 201, 200, 200, 404, 204]);
    expect(results[3]!.resourceBody).toMatchObject({ n: 3 });
    expect(results[3]!.eTag).toBe((await fixture.orders.item('known', partitionKey).read()).etag);
  });

  it('stop after the first that fails when told to: the rest have 424', async () => {
    const operations = [create('a', 'stopped'), create('a', 'stopped'), create('b', 'stopped')];
    const results = await fixture.orders.items.bulk(operations, { continueOnError: false });
    expect(statuses(results)).toEqual([201, 409, 424]);
    const going = await fixture.orders.items.bulk([create('a', 'stopped'), create('b', 'stopped')], {
      continueOnError: true,
    });
    expect(statuses(going)).toEqual([409, 201]);
  });

  it('leave out the documents when asked to', async () => {
    const options = { contentResponseOnWriteEnabled: false };
    const [result] = await fixture.orders.items.bulk([create('brief', 'p1')], {}, options);
    expect(result).toMatchObject({ statusCode: 201, eTag: expect.any(String) });
    expect(result!.resourceBody).toBeUndefined();
  });

  it('refuse one operation that is wrong, not the others', async () => {
    const results = await fixture.orders.items.bulk([
      { ...create('fine', 'p2'), partitionKey: ['ballast', 'p2'] } as OperationInput,
      { operationType: 'Create', partitionKey: ['ballast', 'p2'], resourceBody: document('foreign', 'p3') },
    ] as OperationInput[]);
    expect(statuses(results)).toEqual([201, 400]);
  });
});
