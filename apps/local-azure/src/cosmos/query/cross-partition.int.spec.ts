import type { FeedOptions, QueryIterator } from '@azure/cosmos';
import { CosmosFixture, RANGE_COUNTS } from '../cosmos-fixture.js';

describe.each(RANGE_COUNTS)(
  'queries across partitions, over %d physical partitions, through the real SDK',
  (ranges) => {
    let fixture: CosmosFixture;
    const profiles = Array.from({ length: 12 }, (_, index) => `p${index}`);
    const document = (profileId: string, n: number) => ({
      id: `${profileId}-${n}`,
      productId: `product-${Number(profileId.slice(1)) % 6}`,
      profileId,
      kind: n % 2 ? 'odd' : 'even',
      n: n * 100 + Number(profileId.slice(1)),
    });
    const all = profiles.flatMap((profileId) => [0, 1, 2, 3].map((n) => document(profileId, n)));

    beforeAll(async () => {
      fixture = await CosmosFixture.start({ ranges });
      for (const item of all) await fixture.orders.items.create(item);
    });
    afterAll(() => fixture.close());

    const query = (text: string, options: FeedOptions = {}): QueryIterator<unknown> =>
      fixture.orders.items.query(text, options);
    const run = async (text: string, options?: FeedOptions) => (await query(text, options).fetchAll()).resources;
    /** The results page by page, each page with an iterator of its own that knows only the continuation. */
    const byPages = async (text: string, options: FeedOptions, between?: () => Promise<void>): Promise<unknown[][]> => {
      const pages: unknown[][] = [];
      let continuationToken: string | undefined;
      do {
        const page = await query(text, { ...options, ...(continuationToken && { continuationToken }) }).fetchNext();
        pages.push(page.resources ?? []);
        ({ continuationToken } = page);
        await between?.();
      } while (continuationToken !== undefined);
      return pages;
    };
    const numbers = all.map(({ n }) => n).sort((left, right) => left - right);

    it('really spreads the items over the ranges', async () => {
      const { resources } = await fixture.orders.readPartitionKeyRanges().fetchAll();
      expect(resources).toHaveLength(ranges);
      for (const { id } of resources) {
        const headers = { 'x-ms-documentdb-partitionkeyrangeid': id };
        const found = await run('SELECT VALUE c.id FROM c', { initialHeaders: headers });
        expect(found.length).toBeGreaterThan(0);
        expect(found.length < all.length).toBe(ranges > 1);
      }
    });

    it.each<[string, unknown[]]>([
      ['SELECT VALUE c.n FROM c ORDER BY c.n', numbers],
      ['SELECT VALUE c.n FROM c ORDER BY c.n DESC', numbers.toReversed()],
      ['SELECT TOP 5 VALUE c.n FROM c ORDER BY c.n DESC', numbers.toReversed().slice(0, 5)],
      ['SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 10 LIMIT 7', numbers.slice(10, 17)],
      ['SELECT VALUE c.n FROM c WHERE c.n >= 300 ORDER BY c.n', numbers.filter((n) => n >= 300)],
      ['SELECT VALUE COUNT(1) FROM c', [48]],
      ['SELECT VALUE SUM(c.n) FROM c', [numbers.reduce((sum, n) => sum + n, 0)]],
      ['SELECT VALUE MIN(c.n) FROM c', [0]],
      ['SELECT VALUE MAX(c.n) FROM c', [311]],
      ['SELECT VALUE AVG(c.n) FROM c', [numbers.reduce((sum, n) => sum + n, 0) / 48]],
    ])('merges %s', async (text, expected) => {
      expect(await run(text)).toEqual(expected);
      expect(await run(text, { maxDegreeOfParallelism: -1, maxItemCount: 5 })).toEqual(expected);
    });

    it('orders by two keys', async () => {
      const found = (await run('SELECT c.kind, c.n FROM c ORDER BY c.kind, c.n DESC')) as { kind: string; n: number }[];
      const expected = all
        .map(({ kind, n }) => ({ kind, n }))
        .sort((left, right) => (left.kind === right.kind ? right.n - left.n : left.kind < right.kind ? -1 : 1));
      expect(found).toEqual(expected);
    });

    it('takes as many with TOP and OFFSET LIMIT as asked for, whatever the order', async () => {
      expect(await run('SELECT TOP 7 VALUE c.id FROM c')).toHaveLength(7);
      expect(await run('SELECT VALUE c.id FROM c OFFSET 40 LIMIT 20')).toHaveLength(8);
    });

    it('gives every item once without an order, whole and by pages that go on after a restart', async () => {
      const ids = all.map(({ id }) => id).sort();
      expect((await run('SELECT VALUE c.id FROM c')).sort()).toEqual(ids);
      const pages = await byPages('SELECT VALUE c.id FROM c', { maxItemCount: 11 });
      expect(pages.every((page) => page.length <= 11)).toBe(true);
      expect(pages.flat().sort()).toEqual(ids);
      const restarted = await byPages("SELECT VALUE c.id FROM c WHERE c.kind = 'odd'", { maxItemCount: 13 }, () =>
        fixture.restart(),
      );
      expect(restarted.flat()).toHaveLength(24);
    });

    it('continues an ordered query from its token, though others are inserted and deleted in between', async () => {
      let inserted = 0;
      const pages = await byPages(
        'SELECT VALUE c.n FROM c ORDER BY c.n',
        { maxItemCount: 10, enableQueryControl: true },
        async () => {
          const early = { ...document('p1', 0), id: `early-${inserted}`, n: -1 - inserted++ };
          await fixture.orders.items.create(early);
        },
      );
      expect(pages.flat()).toEqual(numbers);
      for (let index = 0; index < inserted; index++) {
        await fixture.orders.item(`early-${index}`, ['product-1', 'p1']).delete();
      }
    });

    it('answers a key, and a prefix of it, from its range only', async () => {
      const text = 'SELECT VALUE c.n FROM c ORDER BY c.n';
      expect(await run(text, { partitionKey: ['product-1', 'p7'] })).toEqual([7, 107, 207, 307]);
      const one = all.filter(({ productId }) => productId === 'product-1').map(({ n }) => n);
      const sorted = one.sort((left, right) => left - right);
      expect(await run(text, { partitionKey: ['product-1'] })).toEqual(sorted);
      expect(await run('SELECT VALUE COUNT(1) FROM c', { partitionKey: ['product-1'] })).toEqual([one.length]);
    });

    it('reads all items of all ranges', async () => {
      expect((await fixture.orders.items.readAll().fetchAll()).resources).toHaveLength(all.length);
    });

    it('refuses a query over several ranges when the client did not allow it', async () => {
      const client = fixture.connect(undefined, { 'x-ms-documentdb-query-enablecrosspartition': 'false' });
      const orders = client.database('ballast').container('orders');
      const read = orders.items.query('SELECT * FROM c').fetchAll();
      const outcome = await read.then(
        () => 'answered',
        (error: { code?: number; message: string }) => `${error.code} ${error.message}`,
      );
      if (ranges === 1) expect(outcome).toBe('answered');
      else expect(outcome).toBe('400 Cross partition query is required but disabled.');
      const inOne = orders.items.query('SELECT * FROM c', { partitionKey: ['product-1', 'p1'] });
      expect((await inOne.fetchAll()).resources).toHaveLength(4);
      client.dispose();
    });

    it('refuses a continuation that it did not give', async () => {
      const page = query('SELECT VALUE c.id FROM c', { continuationToken: 'nonsense' }).fetchNext();
      await expect(page).rejects.toMatchObject({ code: 400 });
    });
  },
);
