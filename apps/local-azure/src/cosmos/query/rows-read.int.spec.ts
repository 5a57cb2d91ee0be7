import type { OperationInput, QueryMetrics } from '@azure/cosmos';
import { CosmosFixture, RANGE_COUNTS } from '../cosmos-fixture.js';

describe.each(RANGE_COUNTS)('what a page costs, through the real SDK, %d range(s)', (ranges) => {
  const KEY = ['p', 'q'];
  const DOCUMENTS = 400;
  let fixture: CosmosFixture;

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
    const operations = Array.from({ length: DOCUMENTS }, (_, n): OperationInput => {
      const kind = n % 10 === 0 ? 'rare' : 'order';
      return { operationType: 'Create', resourceBody: { id: `i${n}`, productId: 'p', profileId: 'q', kind, n } };
    });
    for (let start = 0; start < DOCUMENTS; start += 100)
      await fixture.orders.items.batch(operations.slice(start, start + 100), KEY);
  });
  afterAll(() => fixture.close());

  /** For each page, the documents that were read and those that were given. */
  const pagesOf = async (query: string, maxItemCount: number): Promise<[number, number][]> => {
    const options = { partitionKey: KEY, maxItemCount, populateQueryMetrics: true };
    const pages: [number, number][] = [];
    const iterator = fixture.orders.items.query(query, options);
    do {
      const { resources, queryMetrics } = await iterator.fetchNext();
      const metrics = (queryMetrics as unknown as Record<'0', QueryMetrics>)['0'];
      pages.push([metrics.retrievedDocumentCount, resources.length]);
    } while (iterator.hasMoreResults());
    return pages;
  };

  it.each([
    ['a filter', "SELECT * FROM c WHERE c.kind = 'rare'"],
    ['a filter in order', "SELECT * FROM c WHERE c.kind = 'rare' ORDER BY c.n DESC"],
    ['a range in order', 'SELECT * FROM c WHERE c.n >= 360 ORDER BY c.n'],
    ['several keys', "SELECT * FROM c WHERE c.kind >= 'rare' ORDER BY c.kind, c.n DESC"],
  ])('is what it gives, not what there is: %s', async (_, query) => {
    const pages = await pagesOf(query, 5);
    expect(pages.map(([, given]) => given)).toEqual(Array.from({ length: 8 }, () => 5));
    for (const [read, given] of pages) expect(read).toBeLessThanOrEqual(given + 1);
  });

  it('is one document where TOP or LIMIT asks for one', async () => {
    const ordered = "FROM c WHERE c.kind = 'rare' ORDER BY c.n DESC";
    expect(await pagesOf(`SELECT TOP 1 * ${ordered}`, 100)).toEqual([[1, 1]]);
    expect(await pagesOf(`SELECT * ${ordered} OFFSET 0 LIMIT 1`, 100)).toEqual([[1, 1]]);
  });

  it('is every document where no index serves the filter', async () => {
    const [[read] = [0]] = await pagesOf('SELECT * FROM c WHERE c.n % 10 = 0', 100);
    expect(read).toBe(DOCUMENTS);
  });
});
