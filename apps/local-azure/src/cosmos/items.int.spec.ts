import { CosmosFixture } from './cosmos-fixture.js';

describe('items, through the real SDK', () => {
  let fixture: CosmosFixture;
  const key = ['ballast', 'p1'];
  const order = (id: string, rest: object = {}) => ({
    id,
    productId: 'ballast',
    profileId: 'p1',
    kind: 'order',
    ...rest,
  });

  beforeAll(async () => {
    fixture = await CosmosFixture.start();
  });
  afterAll(() => fixture.close());

  it('creates an item and reads it back with its system properties', async () => {
    const created = await fixture.orders.items.create(order('a', { n: 1, text: 'ünï "quoted"' }));
    expect(created.statusCode).toBe(201);
    expect(created.requestCharge).toBeGreaterThan(4.9);
    const read = await fixture.orders.item('a', key).read();
    expect(read.statusCode).toBe(200);
    expect(read.resource).toEqual(created.resource);
    expect(read.resource).toMatchObject({ ...order('a', { n: 1, text: 'ünï "quoted"' }), _etag: created.etag });
    expect(read.resource!._ts).toEqual(expect.any(Number));
    expect(Buffer.from(String(read.resource!._rid).replaceAll('-', '/'), 'base64')).toHaveLength(16);
    expect(read.requestCharge).toBe(1);
  });
});
