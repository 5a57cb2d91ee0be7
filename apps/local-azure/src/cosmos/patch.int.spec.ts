import type { OperationInput, PatchOperation, PatchRequestBody } from '@azure/cosmos';
import { CosmosFixture } from './cosmos-fixture.js';

describe.each([1, 3])('patches of items, through the real SDK, %d range(s)', (ranges) => {
  let fixture: CosmosFixture;
  const key = ['ballast', 'p1'];
  const create = (id: string, rest: object = {}) =>
    fixture.orders.items.create({ id, productId: 'ballast', profileId: 'p1', ...rest });
  const item = (id: string) => fixture.orders.item(id, key);
  const inBatch = (id: string, resourceBody: PatchRequestBody): OperationInput => ({
    operationType: 'Patch',
    id,
    resourceBody,
  });

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
  });
  afterAll(() => fixture.close());

  it('change parts of an item and give the whole of it, with a new tag', async () => {
    const { etag } = await create('parts', { n: 1, list: ['a'], details: { price: '1' } });
    const patched = await item('parts').patch([
      { op: 'incr', path: '/n', value: 2 },
      { op: 'add', path: '/list/-', value: 'b' },
      { op: 'replace', path: '/details/price', value: '2' },
      { op: 'move', from: '/list', path: '/names' } as unknown as PatchOperation,
    ]);
    expect(patched.statusCode).toBe(200);
    expect(patched.resource).toMatchObject({ n: 3, names: ['a', 'b'], details: { price: '2' } });
    expect(patched.etag).not.toBe(etag);
    expect((await item('parts').read()).resource).toEqual(patched.resource);
  });

  it('are found by the indexes afterwards', async () => {
    await create('indexed', { kind: 'before' });
    await item('indexed').patch([{ op: 'set', path: '/kind', value: 'after' }]);
    const query = "SELECT VALUE c.id FROM c WHERE c.kind = 'after'";
    expect((await fixture.orders.items.query(query, { partitionKey: key }).fetchAll()).resources).toEqual(['indexed']);
  });

  it('keep to If-Match and to their condition: 412, and nothing is changed', async () => {
    const { etag } = await create('guarded', { n: 1 });
    const operations = [{ op: 'incr' as const, path: '/n', value: 1 }];
    const stale = { accessCondition: { type: 'IfMatch', condition: '"other"' } };
    await expect(item('guarded').patch(operations, stale)).rejects.toMatchObject({ code: 412 });
    const unmet = item('guarded').patch({ condition: 'from c where c.n > 1', operations });
    await expect(unmet).rejects.toMatchObject({ code: 412, substatus: 1110 });
    expect((await item('guarded').read()).resource).toMatchObject({ n: 1, _etag: etag });
    await item('guarded').patch({ condition: 'from c where c.n = 1', operations });
    expect((await item('guarded').read()).resource).toMatchObject({ n: 2 });
  });

  it('are refused whole: 400 for what cannot be done, 404 for no item', async () => {
    await create('whole', { n: 1 });
    const refused = item('whole').patch([
      { op: 'incr', path: '/n', value: 1 },
      { op: 'remove', path: '/none' },
    ]);
    await expect(refused).rejects.toMatchObject({ code: 400, body: { code: 'BadRequest' } });
    expect((await item('whole').read()).resource).toMatchObject({ n: 1 });
    await expect(item('none').patch([{ op: 'set', path: '/n', value: 1 }])).rejects.toMatchObject({ code: 404 });
  });

  it('refuse a lifetime of zero and set a valid one', async () => {
    await create('living');
    await expect(item('living').patch([{ op: 'set', path: '/ttl', value: 0 }])).rejects.toMatchObject({ code: 400 });
    const { resource } = await item('living').patch([{ op: 'set', path: '/ttl', value: 1_000 }]);
    expect(resource).toMatchObject({ ttl: 1_000 });
  });

  it('count as a replace of the item', async () => {
    const { resource } = await create('charged', { text: 'x'.repeat(3_000) });
    const { requestCharge: replaced } = await item('charged').replace(resource!);
    const patched = await item('charged').patch([{ op: 'set', path: '/text', value: 'y'.repeat(3_000) }]);
    expect(patched.requestCharge).toBe(replaced);
  });

  it('belong to batches, and are undone with them', async () => {
    await create('batched', { n: 1 });
    const increment: PatchRequestBody = [{ op: 'incr', path: '/n', value: 1 }];
    const done = await fixture.orders.items.batch([inBatch('batched', increment)], key);
    expect(done.result![0]).toMatchObject({ statusCode: 200, resourceBody: { n: 2 } });
    const conditional = { condition: 'from c where c.n = 1', operations: increment };
    const undone = await fixture.orders.items.batch(
      [inBatch('batched', increment), inBatch('batched', conditional)],
      key,
    );
    expect(undone.result!.map(({ statusCode }) => statusCode)).toEqual([424, 412]);
    expect((await item('batched').read()).resource).toMatchObject({ n: 2 });
  });
});
