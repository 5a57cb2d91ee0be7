import { CosmosFixture } from './cosmos-fixture.js';

describe('what was acknowledged', () => {
  const document = (id: string, rest: object = {}) => ({ id, productId: 'ballast', profileId: 'p1', ...rest });

  it('is there after a restart, with its tag, its _rid and the container’s', async () => {
    const fixture = await CosmosFixture.start();
    const { resource } = await fixture.orders.items.create(document('kept', { kind: 'order', n: 1 }));
    const rid = (await fixture.orders.read()).resource!['_rid'];
    await fixture.restart();
    expect((await fixture.orders.item('kept', ['ballast', 'p1']).read()).resource).toEqual(resource);
    expect((await fixture.orders.read()).resource!['_rid']).toBe(rid);
    const { etag } = await fixture.orders.items.create(document('later'));
    expect(etag).not.toBe(resource!._etag);
    await fixture.close();
  });
});
