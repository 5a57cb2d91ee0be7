import {
  ChangeFeedMode,
  ChangeFeedPolicy,
  ChangeFeedRetentionTimeSpan,
  ChangeFeedStartFrom,
  type ChangeFeedIteratorOptions,
  type Container,
  type OperationInput,
} from '@azure/cosmos';
import { CosmosFixture, RANGE_COUNTS } from './cosmos-fixture.js';

interface Version {
  current: { id: string; n?: number } | null;
  previous?: { id: string; n?: number };
  metadata: {
    operationType: string;
    lsn: number;
    crts: number;
    previousImageLSN?: number;
    timeToLiveExpired?: boolean;
    id?: string;
    partitionKey?: object;
  };
}

describe.each(RANGE_COUNTS)('all versions and deletes over %d physical partitions, through the real SDK', (ranges) => {
  let fixture: CosmosFixture;
  let items: Container;
  let skewMs = 0;
  const mode = { changeFeedMode: ChangeFeedMode.AllVersionsAndDeletes };
  const policy = (minutes: number) => new ChangeFeedPolicy(ChangeFeedRetentionTimeSpan.fromMinutes(minutes));

  beforeEach(async () => {
    skewMs = 0;
    fixture = await CosmosFixture.start({ ranges, nowMs: () => Date.now() + skewMs });
    const definition = { id: 'kept', partitionKey: '/pk', defaultTtl: -1, changeFeedPolicy: policy(10) };
    items = (await fixture.database.containers.create(definition)).container;
  });
  afterEach(() => fixture.close());

  /** Reads until the feed says it is caught up. */
  const drain = async (options: ChangeFeedIteratorOptions): Promise<{ versions: Version[]; continuation: string }> => {
    const iterator = items.items.getChangeFeedIterator<Version>({ ...mode, ...options });
    const versions: Version[] = [];
    for (;;) {
      const page = await iterator.readNext();
      if (page.statusCode === 304) return { versions, continuation: page.continuationToken };
      versions.push(...page.result);
    }
  };
  const now = () => drain({ changeFeedStartFrom: ChangeFeedStartFrom.Now() });
  const from = (continuation: string) =>
    drain({ changeFeedStartFrom: ChangeFeedStartFrom.Continuation(continuation), maxItemCount: 2 });
  const inOrder = (versions: Version[]) => versions.toSorted((a, b) => a.metadata.lsn - b.metadata.lsn);

  it('give each version with the one before, and deletes, across a restart', async () => {
    await items.items.create({ id: 'early', pk: 'x' });
    const { continuation } = await now();
    await items.items.create({ id: 'a', pk: 'x', n: 1 });
    await items.items.upsert({ id: 'a', pk: 'x', n: 2 });
    await items.item('a', 'x').patch([{ op: 'incr', path: '/n', value: 1 }]);
    await items.item('a', 'x').delete();
    await fixture.restart();
    items = fixture.database.container('kept');
    const versions = inOrder((await from(continuation)).versions);
    expect(
      versions.map(({ current, previous, metadata }) => [metadata.operationType, previous?.n, current?.n]),
    ).toEqual([
      ['create', undefined, 1],
      ['replace', 1, 2],
      ['replace', 2, 3],
      ['delete', 3, undefined],
    ]);
    const [created, replaced, , deleted] = versions.map(({ metadata }) => metadata);
    expect(created!.previousImageLSN).toBeUndefined();
    expect(replaced!.previousImageLSN).toBe(created!.lsn);
    expect(deleted).toMatchObject({ id: 'a', partitionKey: { pk: 'x' }, timeToLiveExpired: false });
    expect(Math.abs(deleted!.crts - Date.now() / 1_000)).toBeLessThan(600);
  });

  it('go on from where a reader was, neither repeating nor skipping', async () => {
    let { continuation } = await now();
    const seen: number[] = [];
    for (let round = 0; round < 4; round++) {
      for (const pk of ['x', 'y', 'z']) await items.items.upsert({ id: 'same', pk, n: round });
      const next = await from(continuation);
      seen.push(...next.versions.map(({ current }) => current!.n!));
      ({ continuation } = next);
    }
    expect(seen.sort()).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
    expect((await from(continuation)).versions).toEqual([]);
  });

  it('tell the end of a lifetime from a delete', async () => {
    const { continuation } = await now();
    await items.items.create({ id: 'mortal', pk: 'x', ttl: 30 });
    skewMs = 60_000;
    const found = async (): Promise<Version[]> => {
      const { versions } = await from(continuation);
      return versions.length > 1 ? inOrder(versions) : found();
    };
    const [, end] = await found();
    expect(end).toMatchObject({
      current: null,
      previous: { id: 'mortal' },
      metadata: { operationType: 'delete', timeToLiveExpired: true, id: 'mortal' },
    });
  });

  it('read one partition key, or one feed range', async () => {
    const { continuation } = await now();
    const byKey = await drain({ changeFeedStartFrom: ChangeFeedStartFrom.Now('x') });
    const ofRanges: string[] = [];
    for (const range of await items.getFeedRanges()) {
      ofRanges.push((await drain({ changeFeedStartFrom: ChangeFeedStartFrom.Now(range) })).continuation);
    }
    for (const pk of ['x', 'y', 'z', 'u', 'v', 'w']) await items.items.create({ id: pk, pk });
    expect((await from(byKey.continuation)).versions.map(({ current }) => current!.id)).toEqual(['x']);
    const parts: string[] = [];
    for (const token of ofRanges) parts.push(...(await from(token)).versions.map(({ current }) => current!.id));
    expect(parts.sort()).toEqual(['u', 'v', 'w', 'x', 'y', 'z']);
    expect((await from(continuation)).versions).toHaveLength(6);
  });

  it('have nothing of a batch that was not done', async () => {
    const { continuation } = await now();
    const create = (id: string) => ({ operationType: 'Create', resourceBody: { id, pk: 'x' } }) as OperationInput;
    await items.items.batch([create('a'), create('b'), create('a')], 'x');
    await items.items.batch([create('c'), create('d')], 'x');
    const { versions } = await from(continuation);
    expect(inOrder(versions).map(({ current }) => current!.id)).toEqual(['c', 'd']);
  });

  it('are kept as long as the policy says, and refused to a reader who comes later', async () => {
    const { continuation } = await now();
    await items.items.create({ id: 'old', pk: 'x' });
    await items.items.create({ id: 'older', pk: 'y' });
    skewMs = 11 * 60_000;
    const refused = async (): Promise<unknown> => from(continuation).then(refused, (error: unknown) => error);
    expect(await refused()).toMatchObject({ code: 400, message: expect.stringContaining('retention') });
    const later = await now();
    await items.items.create({ id: 'new', pk: 'x' });
    expect((await from(later.continuation)).versions).toHaveLength(1);
  });

  it.each<[string, ChangeFeedStartFrom]>([
    ['the beginning', ChangeFeedStartFrom.Beginning()],
    ['a time', ChangeFeedStartFrom.Time(new Date(0))],
  ])('are not read from %s', async (_, changeFeedStartFrom) => {
    await expect(drain({ changeFeedStartFrom })).rejects.toMatchObject({ code: 400 });
  });

  it('need a policy, which can be given and taken away later', async () => {
    items = fixture.orders;
    await expect(now()).rejects.toMatchObject({ code: 400, message: expect.stringContaining('policy') });
    const { resource } = await items.read();
    await items.replace({ ...resource!, changeFeedPolicy: policy(5) });
    const { continuation } = await now();
    await items.items.create({ id: 'a', productId: 'ballast', profileId: 'p1' });
    expect((await from(continuation)).versions).toHaveLength(1);
    await items.replace({ ...resource! });
    await expect(from(continuation)).rejects.toMatchObject({ code: 400 });
  });
});
