import { CosmosFixture } from './cosmos-fixture.js';

describe('closing the server', () => {
  it('keeps everything it acknowledged, and ends although connections stay open', async () => {
    const fixture = await CosmosFixture.start();
    const document = (id: string) => ({ id, productId: 'ballast', profileId: 'p1' });
    await fixture.orders.items.create(document('first'));
    const inHand = Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => fixture.orders.items.create(document(`n${n}`))),
    );
    await fixture.restart();
    const created = (await inHand).filter(({ status }) => status === 'fulfilled').length;
    const [count] = (await fixture.orders.items.query<number>('SELECT VALUE COUNT(1) FROM c').fetchAll()).resources;
    expect(count).toBeGreaterThanOrEqual(1 + created);
    await fixture.close();
  });
});
