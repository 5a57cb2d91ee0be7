import { join } from 'node:path';
import { Sqlite } from '../storage/sqlite.js';
import { CosmosFixture } from './cosmos-fixture.js';

describe('data of an earlier version', () => {
  it('without throughputs, split ranges and kept versions is read and gets them', async () => {
    const fixture = await CosmosFixture.start();
    const document = { id: 'kept', productId: 'ballast', profileId: 'p1', n: 1 };
    await fixture.orders.items.create(document);
    await fixture.restart(() => {
      const db = new Sqlite(join(fixture.folder, 'cosmos.db'));
      db.exec('DROP TABLE offers; DROP TABLE version_logs');
      db.exec('ALTER TABLE colls DROP COLUMN first_range; ALTER TABLE colls DROP COLUMN version');
      db.close();
    });
    expect((await fixture.orders.item('kept', ['ballast', 'p1']).read()).resource).toMatchObject(document);
    expect((await fixture.orders.readOffer()).resource!.content!.offerThroughput).toBe(400);
    expect(await fixture.orders.getFeedRanges()).toHaveLength(1);
    await fixture.close();
  });
});
