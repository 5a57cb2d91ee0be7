import { ChangeFeedStartFrom, type ChangeFeedIteratorOptions, type JSONObject } from '@azure/cosmos';
import { CosmosFixture, RANGE_COUNTS } from './cosmos-fixture.js';

type Row = JSONObject & { id: string; n: number; _lsn: number };

describe.each(RANGE_COUNTS)('the change feed over %d physical partitions, through the real SDK', (ranges) => {
  let fixture: CosmosFixture;
  const document = (id: string, n: number, profileId = 'p1') => ({ id, n, productId: 'ballast', profileId });
  const upsert = (id: string, n: number, profileId?: string) => fixture.orders.items.upsert(document(id, n, profileId));

  beforeEach(async () => {
    fixture = await CosmosFixture.start({ ranges });
  });
  afterEach(() => fixture.close());

  /** Reads until the feed says it is caught up. */
  const drain = async (options: ChangeFeedIteratorOptions): Promise<{ rows: Row[]; continuation: string }> => {
    const iterator = fixture.orders.items.getChangeFeedIterator<Row>(options);
    const rows: Row[] = [];
    for (;;) {
      const page = await iterator.readNext();
      if (page.statusCode === 304) return { rows, continuation: page.continuationToken };
      rows.push(...page.result);
    }
  };
  const ids = (rows: Row[]): string[] => rows.map(({ id }) => id).sort();
  const fromBeginning = { changeFeedStartFrom: ChangeFeedStartFrom.Beginning() };

  it('gives each item once, at its newest version, then 304', async () => {
    for (const [id, n] of [
      ['a', 1],
      ['b', 1],
      ['a', 2],
    ] as const)
      await upsert(id, n);
    const { rows } = await drain(fromBeginning);
    expect(rows.map(({ id, n }) => [id, n])).toEqual([
      ['b', 1],
      ['a', 2],
    ]);
    expect(rows[1]!._lsn).toBeGreaterThan(rows[0]!._lsn);
  });

  it('goes on from a continuation after a restart, and starts from now', async () => {
    await upsert('a', 1);
    const { continuation } = await drain(fromBeginning);
    const { continuation: now } = await drain({ changeFeedStartFrom: ChangeFeedStartFrom.Now() });
    await fixture.orders.item('a', ['ballast', 'p1']).delete();
    await fixture.restart();
    await upsert('b', 1);
    for (const token of [continuation, now]) {
      const { rows } = await drain({ changeFeedStartFrom: ChangeFeedStartFrom.Continuation(token) });
      expect(ids(rows)).toEqual(['b']);
    }
  });

  it('starts from a time', async () => {
    await upsert('a', 1);
    const future = new Date(Date.now() + 60_000);
    expect((await drain({ changeFeedStartFrom: ChangeFeedStartFrom.Time(future) })).rows).toEqual([]);
    expect(ids((await drain({ changeFeedStartFrom: ChangeFeedStartFrom.Time(new Date(0)) })).rows)).toEqual(['a']);
  });

  it('reads one partition, a prefix, or a feed range', async () => {
    for (const profile of ['p1', 'p2', 'p3']) await upsert(`of-${profile}`, 1, profile);
    const one = await drain({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning(['ballast', 'p2']) });
    expect(ids(one.rows)).toEqual(['of-p2']);
    const feedRanges = await fixture.orders.getFeedRanges();
    expect(feedRanges).toHaveLength(ranges);
    const parts: Row[] = [];
    for (const range of feedRanges) {
      parts.push(...(await drain({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning(range) })).rows);
    }
    expect(ids(parts)).toEqual(['of-p1', 'of-p2', 'of-p3']);
  });

  it('is read through the older interface as well: a key from the beginning, from now, from a continuation', async () => {
    for (const n of [0, 1, 2]) await upsert(`i${n}`, n);
    await upsert('other', 0, 'p2');
    const key = ['ballast', 'p1'];
    const whole = fixture.orders.items.changeFeed<Row>(key, { startFromBeginning: true, maxItemCount: 2 });
    const seen: Row[] = [];
    for await (const { result } of whole.getAsyncIterator()) seen.push(...result);
    expect(seen.map(({ id }) => id)).toEqual(['i0', 'i1', 'i2']);
    const fromNow = fixture.orders.items.changeFeed<Row>(key, {});
    const idle = await fromNow.fetchNext();
    expect([idle.statusCode, fromNow.hasMoreResults]).toEqual([304, false]);
    await upsert('i3', 3);
    const next = fixture.orders.items.changeFeed<Row>(key, { continuation: idle.headers['etag'] as string });
    expect((await next.fetchNext()).result.map(({ id }) => id)).toEqual(['i3']);
  });

  it('never gives a number again, though the newest item is deleted before a restart', async () => {
    await upsert('a', 1);
    await upsert('b', 1);
    const { rows } = await drain(fromBeginning);
    await fixture.orders.item('b', ['ballast', 'p1']).delete();
    await fixture.restart();
    await upsert('c', 1);
    const after = await drain(fromBeginning);
    expect(after.rows.map(({ id }) => id)).toEqual(['a', 'c']);
    expect(after.rows[1]!._lsn).toBeGreaterThan(Math.max(...rows.map(({ _lsn }) => _lsn)) + 1);
  });

  it('refuses a continuation that is none, and another mode', async () => {
    const read = (headers: Record<string, string>) => {
      const client = fixture.connect(undefined, headers);
      const feed = client.database('ballast').container('orders').items.getChangeFeedIterator({});
      return feed.readNext().finally(() => client.dispose());
    };
    await expect(read({ 'if-none-match': 'nonsense' })).rejects.toMatchObject({ code: 400 });
    await expect(read({ 'A-IM': 'Another Feed' })).rejects.toMatchObject({ code: 400 });
  });

  it('pages by the wanted size', async () => {
    for (let n = 0; n < 5; n++) await upsert(`i${n}`, n);
    const iterator = fixture.orders.items.getChangeFeedIterator<Row>({ ...fromBeginning, maxItemCount: 2 });
    expect((await iterator.readNext()).result).toHaveLength(2);
  });

  it('skips nothing while writers are at work', async () => {
    const total = 300;
    const writers = Array.from({ length: 6 }, async (_, writer) => {
      for (let n = writer; n < total; n += 6) await upsert(`w${n}`, n, `p${n % 4}`);
    });
    const done = Promise.all(writers).then(() => true);
    const iterator = fixture.orders.items.getChangeFeedIterator<Row>({ ...fromBeginning, maxItemCount: 7 });
    const seen = new Set<string>();
    let written = false;
    void done.then(() => (written = true));
    for (;;) {
      const lastPass = written;
      const page = await iterator.readNext();
      if (page.statusCode === 304 && lastPass) break;
      if (page.statusCode !== 304) page.result.forEach(({ id }) => seen.add(id));
    }
    expect(seen.size).toBe(total);
  });

  it('counts a read that finds nothing as idle', async () => {
    const { continuation } = await drain(fromBeginning);
    fixture.usage.reset();
    await drain({ changeFeedStartFrom: ChangeFeedStartFrom.Continuation(continuation) });
    const { cosmos } = fixture.usage.snapshot();
    expect(cosmos.byContainer['orders']).toHaveProperty('change-feed-idle');
    expect(cosmos.total.dataPlaneRequests).toBe(0);
  });
});
