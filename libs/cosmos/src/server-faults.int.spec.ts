import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../test/eventually.js';
import { RelayBench } from '../test/relay-harness.js';
import type { Replica } from '../test/relay-harness.js';
import { startLocalStore } from '../test/local-store.js';
import type { LocalStore } from '../test/local-store.js';
import { ContainerStore } from './container-store.js';
import { HeadStore } from './head-store.js';
import { DocumentConflict, StoreUnavailable } from './store-errors.js';

const POLL_MS = 20;

/** Faults of the server after which nothing was done, and whether the caller hears of them. */
const REFUSED = [
  'cosmos-retry-with',
  'cosmos-gone',
  'cosmos-splitting',
  'cosmos-migrating',
  'cosmos-stale-name',
  'cosmos-write-forbidden',
  'cosmos-session-not-available',
  'cosmos-unavailable',
  'cosmos-internal-error',
  'cosmos-timeout',
  'cosmos-request-lost',
];
/** Faults after which it was done, and the caller cannot know. */
const ANSWER_LOST = ['cosmos-done-and-timeout', 'cosmos-answer-lost'];
/** Faults that the SDK repeats by itself. */
const REPEATED = ['cosmos-throttled'];

describe('state and events, when the server is unwell', () => {
  interface Book {
    readonly id: string;
    readonly productId: string;
    readonly profileId: string;
    readonly orders: readonly string[];
  }

  let local: LocalStore;
  let store: ContainerStore;
  let books: HeadStore<Book>;
  let profile = 0;
  let keys: { productId: string; profileId: string };
  let partition: string[];

  beforeAll(async () => {
    local = await startLocalStore();
    store = new ContainerStore(await local.open('books'));
    books = new HeadStore<Book>(store, { headId: () => 'book' });
  });
  afterAll(() => local.close());
  beforeEach(() => {
    profile += 1;
    keys = { productId: 'ballast', profileId: `profile-${profile}` };
    partition = [keys.productId, keys.profileId];
    local.resetRequests();
  });

  /** Places an order as the services do: the key of the request, the book, and the order beside it, in one batch. */
  const place = (order: string) =>
    books.change(partition, (book) => ({
      first: [{ create: { id: `key:${order}`, ...keys } }],
      head: { id: 'book', ...keys, orders: [...(book?.orders ?? []), order] },
      operations: [{ create: { id: order, ...keys } }],
      result: order,
    }));
  const stored = async (): Promise<string[]> => {
    const query = { query: 'SELECT VALUE c.id FROM c', parameters: {}, partition, pageSize: 50 };
    return (await store.query<string>(query)).items.sort();
  };
  const orders = async () => (await store.read<Book>('book', partition))?.document.orders;

  it.each(REPEATED)('%s: a change is done by repetitions that the caller does not see', async (kind) => {
    await local.befall(kind, 'books/batch', 2);
    await expect(place('a')).resolves.toBe('a');
    expect(local.requests('books')['batch']).toBe(3);
    expect(await stored()).toEqual(['a', 'book', 'key:a']);
  });

  it.each(REFUSED)('%s: a change is unavailable, nothing is done, and a repetition does it once', async (kind) => {
    await local.befall(kind, 'books/batch', 1);
    await expect(place('a')).rejects.toThrow(StoreUnavailable);
    expect(await stored()).toEqual([]);
    await expect(place('a')).resolves.toBe('a');
    await expect(place('b')).resolves.toBe('b');
    expect(await orders()).toEqual(['a', 'b']);
  });

  it.each(ANSWER_LOST)('%s: a change is unavailable, and a repetition finds that it was done, once', async (kind) => {
    await place('before');
    await local.befall(kind, 'books/batch', 1);
    await expect(place('a')).rejects.toThrow(StoreUnavailable);
    const again = place('a');
    await expect(again).rejects.toBeInstanceOf(DocumentConflict);
    await expect(again).rejects.toMatchObject({ id: 'key:a' });
    await expect(place('b')).resolves.toBe('b');
    expect(await orders()).toEqual(['before', 'a', 'b']);
    expect((await books.read(partition))?.orders).toEqual(['before', 'a', 'b']);
  });

  it.each(REFUSED.filter((kind) => kind !== 'cosmos-request-lost'))(
    '%s: a read and a query are unavailable, and then are not',
    async (kind) => {
      await place('a');
      await local.befall(kind, 'books/read', 1);
      await expect(orders()).rejects.toThrow(StoreUnavailable);
      await local.befall(kind, 'books/query', 1);
      await expect(stored()).rejects.toThrow(StoreUnavailable);
      expect([await orders(), await stored()]).toEqual([['a'], ['a', 'book', 'key:a']]);
    },
  );
});

describe('the relay, when the server is unwell', () => {
  let bench: RelayBench;
  let replica: Replica;
  const committed: string[] = [];
  const commitNext = async (): Promise<void> => {
    const id = `event-${String(committed.length).padStart(2, '0')}`;
    await bench.commit(id);
    committed.push(id);
  };
  /** What was sent, each event at its first time: it may come again, never late. */
  const sent = () => [...new Set(replica.sent)];

  beforeAll(async () => {
    bench = await RelayBench.open();
    replica = await bench.owning();
  });
  afterAll(() => bench.close());

  const befallen = async (): Promise<void> => {
    while (!(await bench.local.allBefallen())) await delay(POLL_MS);
  };
  const allSent = () => eventually('everything is sent', () => sent().length === committed.length);

  it.each([...REPEATED, ...REFUSED, ...ANSWER_LOST])('%s: it reads again and misses nothing', async (kind) => {
    await bench.local.befall(kind, 'books/change-feed', 1);
    await commitNext();
    await befallen();
    await commitNext();
    await allSent();
    expect(sent()).toEqual(committed);
  });

  it.each(['cosmos-unavailable', 'cosmos-answer-lost'])(
    '%s: it gets over a position that it could not save',
    async (kind) => {
      await bench.local.befall(kind, 'leases/batch', 1);
      await commitNext();
      await befallen();
      await commitNext();
      await allSent();
      expect(sent()).toEqual(committed);
    },
  );
});
