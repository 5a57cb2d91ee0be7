import { CosmosFixture, RANGE_COUNTS } from './cosmos-fixture.js';
import { expectOpensForItsKeyAlone } from '../pages/expect-key-alone.js';

describe.each(RANGE_COUNTS)('the data page, with %d physical partitions', (ranges) => {
  let fixture: CosmosFixture;
  const ITEMS = 120;

  beforeAll(async () => {
    fixture = await CosmosFixture.start({ ranges });
    for (let n = 0; n < ITEMS; n++) {
      const text = n === 0 ? '<script>alert(1)</script>' : 'plain';
      await fixture.orders.items.create({
        id: `i${n}`,
        productId: `p${n % 7}`,
        profileId: 'x',
        kind: 'order',
        n,
        text,
      });
    }
    await fixture.connect().databases.create({ id: 'empty' });
  });
  afterAll(() => fixture.close());

  const read = async (query: Record<string, string> = {}, path = '/$data') => {
    const address = new URL(fixture.pages.address('data', '127.0.0.1'));
    address.pathname = path;
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
    const response = await fetch(address);
    return { status: response.status, text: await response.text() };
  };
  const ask = async (query: string, more: Record<string, string> = {}) => {
    const answer = await read({ database: 'ballast', container: 'orders', query, ...more }, '/$data.json');
    return { status: answer.status, ...(JSON.parse(answer.text) as Record<string, unknown>) } as {
      status: number;
      results: unknown[];
      requestCharge: number;
      continuation?: string;
      error?: unknown;
    };
  };

  it('shows databases and containers with their counts and sizes', async () => {
    const { databases } = JSON.parse((await read({}, '/$data.json')).text) as { databases: unknown[] };
    const container = { id: 'orders', partitionKey: ['/productId', '/profileId'], ranges, items: ITEMS };
    expect(databases).toEqual([
      { id: 'ballast', containers: [{ ...container, bytes: expect.any(Number) }] },
      { id: 'empty', containers: [] },
    ]);
    const { text } = await read();
    expect(text).toContain('>orders</a>');
    expect(text).toContain('>empty<');
  });

  it('answers a query over all partitions with results and charge, page by page', async () => {
    const query = 'SELECT VALUE c.n FROM c ORDER BY c.n DESC';
    const first = await ask(query);
    expect(first.results).toHaveLength(100);
    expect(first.requestCharge).toBeGreaterThan(2.5);
    const second = await ask(query, { continuation: first.continuation! });
    expect([...first.results, ...second.results]).toEqual(Array.from({ length: ITEMS }, (_, n) => ITEMS - 1 - n));
    expect(second.continuation).toBeUndefined();
    expect((await ask('SELECT VALUE COUNT(1) FROM c')).results).toEqual([ITEMS]);
    const { text } = await read({ database: 'ballast', container: 'orders', query });
    expect(text).toMatch(/100 results, [\d.]+ request\s+units/);
    expect(text).toContain('Next page');
  });

  it('shows no document as anything but text', async () => {
    const query = `SELECT * FROM c WHERE c.id = 'i0' -- </textarea><script>`;
    const { text } = await read({ database: 'ballast', container: 'orders', query });
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).toContain('&lt;/textarea&gt;&lt;script&gt;');
    expect(text).not.toContain('<script');
  });

  it('shows what is wrong with a query, and that a container is not there', async () => {
    expect(await ask('SELECT * FORM c')).toMatchObject({ status: 400, error: { code: 'BadRequest' } });
    const wrong = await read({ database: 'ballast', container: 'orders', query: 'SELECT * FORM c' });
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('class="error"');
    expect(wrong.text).toContain('SC1001');
    expect(wrong.text).toContain('>SELECT * FORM c</textarea>');
    expect((await read({ database: 'ballast', container: 'none' })).status).toBe(404);
  });

  it('opens for its key alone', () => expectOpensForItsKeyAlone(fixture.pages.address('data', '127.0.0.1')));
});
