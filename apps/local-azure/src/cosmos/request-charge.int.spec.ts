import type { JSONObject } from '@azure/cosmos';
import { CosmosFixture, RANGE_COUNTS } from './cosmos-fixture.js';
import { insertCharge, readCharge, replaceCharge } from './request-charge.js';

describe.each(RANGE_COUNTS)('the request charge of an answer, %d range(s)', (ranges) => {
  let fixture: CosmosFixture;
  const document = (id: string, rest: object = {}): JSONObject => ({
    id,
    productId: 'ballast',
    profileId: 'p1',
    ...rest,
  });
  const item = (id: string) => fixture.orders.item(id, ['ballast', 'p1']);

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
  });
  afterAll(() => fixture.close());

  it('is what the model says for the size and the indexed values of the item', async () => {
    const charges = async (name: string, text: string, indexed: object): Promise<void> => {
      const { resource, requestCharge } = await fixture.orders.items.create(document(name, { ...indexed, text }));
      const bytes = Buffer.byteLength(JSON.stringify(resource));
      const values = 2 + Object.keys(indexed).length;
      expect(requestCharge).toBe(insertCharge(bytes, values));
      expect((await item(name).read()).requestCharge).toBe(readCharge(bytes));
      expect((await item(name).replace(document(name, { ...indexed, text }))).requestCharge).toBe(
        replaceCharge(bytes, values),
      );
      expect((await item(name).delete()).requestCharge).toBe(insertCharge(bytes, values));
    };
    await charges('small', '', {});
    await charges('middling', 'x'.repeat(10_000), { kind: 'a', n: 1 });
    await charges('big', 'x'.repeat(500_000), { kind: 'a' });
    expect((await item('nothing').read()).requestCharge).toBe(1);
  });
});
