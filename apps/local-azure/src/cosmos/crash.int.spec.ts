import type { ChildProcess } from 'node:child_process';
import {
  ChangeFeedMode,
  ChangeFeedPolicy,
  ChangeFeedRetentionTimeSpan,
  ChangeFeedStartFrom,
  CosmosClient,
  type ChangeFeedIteratorOptions,
  type Container,
} from '@azure/cosmos';
import { BundledProcesses } from '../service-bus/bundled-process-fixture.js';
import { MASTER_KEY } from './cosmos-fixture.js';
import { CrashWriter, type KnownChange, type KnownItems } from './crash-writer-fixture.js';

/** How often the server is killed; for more: `CRASH_ROUNDS=50 npx jest --selectProjects integration -- cosmos/crash`. */
const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 2);
const SECONDS_PER_ROUND_MAX = 60;
const WRITERS = 16;
/** Answered writes before each kill. */
const ANSWERS_PER_ROUND = 150;
const STEADY_ITEMS = 40;
const PAGE_ITEMS = 6;
const FEED_ITEMS = 50;

const SERVER = `
import { CosmosServer } from '../cosmos/cosmos-server.ts';
import { Usage } from '../usage.ts';
process.once('message', async (options) => {
  const server = await CosmosServer.start({ ...options, usage: new Usage() });
  process.send(server.port);
});
process.on('disconnect', () => process.exit(1));
`;

interface Latest {
  readonly id: string;
  readonly pk: string;
  readonly n: number;
  readonly _lsn: number;
}

interface Version {
  readonly current: Latest | null;
  readonly metadata: { readonly lsn: number; readonly id?: string; readonly partitionKey?: { readonly pk: string } };
}

/** A feed that is read on across crashes, from the continuation that the last page gave. */
class Reader<T> {
  readonly seen: T[] = [];
  private continuation: string | undefined;

  constructor(private readonly options: ChangeFeedIteratorOptions) {}

  /** Reads until the server is gone, or, told to, until it is caught up. */
  async read(container: Container, untilCaughtUp: boolean): Promise<void> {
    const { continuation, options } = this;
    const start =
      continuation === undefined ? {} : { changeFeedStartFrom: ChangeFeedStartFrom.Continuation(continuation) };
    const iterator = container.items.getChangeFeedIterator<T>({ ...options, maxItemCount: FEED_ITEMS, ...start });
    for (;;) {
      const page = await iterator.readNext();
      if (page.statusCode !== 304) this.seen.push(...page.result);
      this.continuation = page.continuationToken;
      if (page.statusCode === 304 && untilCaughtUp) return;
    }
  }
}

describe.each([1, 3])('a Cosmos server that is killed again and again under load, %d range(s)', (ranges) => {
  const processes = new BundledProcesses();
  const program = processes.bundle('server', SERVER);
  const writers = Array.from({ length: WRITERS }, (_, index) => new CrashWriter(`writer-${index}`));
  const latest = new Reader<Latest>({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning() });
  const versions = new Reader<Version>({
    changeFeedMode: ChangeFeedMode.AllVersionsAndDeletes,
    changeFeedStartFrom: ChangeFeedStartFrom.Now(),
  });
  const contradictions: string[] = [];
  const paged: string[] = [];
  const made: string[] = [];
  const reading: Promise<void>[] = [];
  let client: CosmosClient;
  let container: Container;
  let server: ChildProcess;
  let page: string | undefined;

  beforeAll(
    async () => {
      await start();
      await prepare();
      for (let round = 0; round < ROUNDS; round += 1) {
        await killUnderLoad(round);
        client.dispose();
        await start();
        for (const writer of writers) contradictions.push(...writer.compare(await stored(writer.pk)));
      }
      await Promise.all([latest.read(container, true), versions.read(container, true)]);
      while (page !== undefined) await nextPage();
      await Promise.all(reading);
    },
    ROUNDS * SECONDS_PER_ROUND_MAX * 1_000,
  );

  afterAll(async () => {
    client.dispose();
    await processes.dispose();
  });

  async function start(): Promise<void> {
    const file = processes.path('cosmos.db');
    const rest = { host: '127.0.0.1', port: 0, database: 'ballast', containers: [], masterKey: MASTER_KEY };
    const { child, first } = await processes.start<number>(program, { file, ranges, ...rest });
    server = child;
    const connectionPolicy = { enableBackgroundEndpointRefreshing: false, enableEndpointDiscovery: false };
    client = new CosmosClient({ endpoint: `http://127.0.0.1:${first}/`, key: MASTER_KEY, connectionPolicy });
    container = client.database('ballast').container('written');
  }

  async function prepare(): Promise<void> {
    const changeFeedPolicy = new ChangeFeedPolicy(ChangeFeedRetentionTimeSpan.fromMinutes(60));
    const definition = { id: 'written', partitionKey: '/pk', changeFeedPolicy };
    await client.database('ballast').containers.create(definition);
    const ids = Array.from({ length: STEADY_ITEMS }, (_, index) => `steady-${String(index).padStart(2, '0')}`);
    await Promise.all(ids.map((id, n) => container.items.create({ id, pk: 'steady', n })));
    await versions.read(container, true);
    await nextPage();
  }

  /** Everybody works until the server is killed in the middle of it. */
  async function killUnderLoad(round: number): Promise<void> {
    const answersOf = (): number => writers.reduce((total, { answers }) => total + answers, 0);
    const enough = answersOf() + ANSWERS_PER_ROUND;
    const id = `made-${round}`;
    await client.database('ballast').containers.create({ id, partitionKey: '/pk' });
    made.push(id);
    if (page !== undefined) await nextPage();
    let isKilled = false;
    const failures: unknown[] = [];
    const watched = (actor: Promise<void>) => actor.catch((error: unknown) => void (isKilled || failures.push(error)));
    const writing = writers.map((writer) => watched(writer.run(container)));
    // Their client asks once more after a second, when nobody is there any more: nothing waits for that.
    reading.push(...[latest, versions].map((reader) => watched(reader.read(container, false))));
    while (answersOf() < enough && failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    isKilled = true;
    await processes.kill(server);
    await Promise.all(writing);
    expect(failures).toEqual([]);
  }

  async function nextPage(): Promise<void> {
    const query = container.items.query<string>('SELECT VALUE c.id FROM c WHERE c.n >= 0 ORDER BY c.n', {
      partitionKey: 'steady',
      maxItemCount: PAGE_ITEMS,
      ...(page === undefined ? {} : { continuationToken: page }),
    });
    const { resources, continuationToken } = await query.fetchNext();
    paged.push(...resources);
    page = continuationToken;
  }

  async function stored(pk: string): Promise<KnownItems> {
    const { resources } = await container.items.query('SELECT * FROM c', { partitionKey: pk }).fetchAll();
    return new Map(resources.map(({ id, n, _etag }) => [id as string, { n: n as number, etag: _etag as string }]));
  }

  it('has every write that it has answered, with its tag, and whole or not at all each that it has not', () => {
    expect(contradictions).toEqual([]);
    expect(writers.flatMap(({ changes }) => changes).length).toBeGreaterThan(ROUNDS * ANSWERS_PER_ROUND);
  });

  it('has the containers that were made', async () => {
    const { resources } = await client.database('ballast').containers.readAll().fetchAll();
    expect(resources.map(({ id }) => id).sort()).toEqual([...made, 'written'].sort());
  });

  it('gives all versions and deletes once each, in their order, to who reads on from a continuation', () => {
    const changes = new Map<string, KnownChange[]>();
    const lsns = new Set<number>();
    for (const { current, metadata } of versions.seen) {
      const pk = current?.pk ?? metadata.partitionKey!.pk;
      changes.set(pk, [...(changes.get(pk) ?? []), { id: current?.id ?? metadata.id!, n: current?.n }]);
      lsns.add(metadata.lsn);
    }
    expect(lsns.size).toBe(versions.seen.length);
    for (const writer of writers) expect(changes.get(writer.pk)).toEqual(writer.changes);
  });

  it('gives the latest version of each item, never one twice nor an older one after it, to who reads on from a continuation', async () => {
    const last = new Map<string, Latest>();
    for (const row of latest.seen) {
      const before = last.get(`${row.pk}/${row.id}`);
      expect(row._lsn).toBeGreaterThan(before?._lsn ?? 0);
      last.set(`${row.pk}/${row.id}`, row);
    }
    for (const { pk } of writers) {
      for (const [id, { n }] of await stored(pk)) expect([id, last.get(`${pk}/${id}`)?.n]).toEqual([id, n]);
    }
  });

  it('goes on with the pages of a query', () => {
    expect(paged).toEqual([...paged].sort());
    expect(new Set(paged).size).toBe(STEADY_ITEMS);
    expect(paged).toHaveLength(STEADY_ITEMS);
  });
});
