import { barrier } from '../test/eventually.js';
import { startLocalStore } from '../test/local-store.js';
import type { LocalStore } from '../test/local-store.js';
import { ContainerStore } from './container-store.js';
import type { CommitOperation } from './container-store.js';
import { HeadStore } from './head-store.js';
import { StoreUnavailable } from './store-errors.js';

interface Book {
  readonly id: string;
  readonly productId: string;
  readonly profileId: string;
  readonly sequence: number;
  readonly orders: readonly string[];
}

describe('the head of a partition', () => {
  let local: LocalStore;
  let store: ContainerStore;
  let ours: HeadStore<Book>;
  let theirs: HeadStore<Book>;
  let profile = 0;
  let partition: string[];
  let keys: { productId: string; profileId: string };

  const headsOf = (of: ContainerStore, cacheSizeMax?: number) =>
    new HeadStore<Book>(of, { headId: () => 'book', ...(cacheSizeMax !== undefined && { cacheSizeMax }) });
  const next = (book: Book | undefined, order: string): Book => ({
    id: 'book',
    ...keys,
    sequence: (book?.sequence ?? 0) + 1,
    orders: [...(book?.orders ?? []), order],
  });
  const place = (heads: HeadStore<Book>, order: string, before: () => Promise<void> = async () => {}) =>
    heads.change(partition, async (book) => {
      await before();
      const head = next(book, order);
      return { head, operations: [{ create: { id: order, ...keys } }], result: head.sequence };
    });

  beforeAll(async () => {
    local = await startLocalStore();
  });
  afterAll(() => local.close());
  beforeEach(async () => {
    profile += 1;
    keys = { productId: 'ballast', profileId: `profile-${profile}` };
    partition = [keys.productId, keys.profileId];
    store = new ContainerStore(await local.open('books'));
    ours = headsOf(store);
    theirs = headsOf(new ContainerStore(await local.open('books')));
    local.resetRequests();
  });

  it('is created by the first change and read from the cache from then on', async () => {
    expect(await ours.read(partition)).toBeUndefined();
    expect(await place(ours, 'a')).toBe(1);
    expect(await place(ours, 'b')).toBe(2);
    expect((await ours.read(partition))?.orders).toEqual(['a', 'b']);
    expect(local.requests('books')).toEqual({ read: 2, batch: 2 });
  });

  it('is what another replica finds in the store', async () => {
    await place(ours, 'a');
    expect(await theirs.read(partition)).toEqual(await ours.read(partition));
    expect(await theirs.read(partition)).toEqual({ id: 'book', ...keys, sequence: 1, orders: ['a'] });
  });

  it('is read once by readers that come together', async () => {
    await place(theirs, 'a');
    local.resetRequests();
    await Promise.all([1, 2, 3].map(() => ours.read(partition)));
    expect(local.requests('books')).toEqual({ read: 1 });
  });

  it('takes the changes of one replica in turn, without a lost race', async () => {
    const sequences = await Promise.all(Array.from({ length: 20 }, (_, index) => place(ours, `order-${index}`)));
    expect(sequences).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(local.requests('books')).toEqual({ read: 1, batch: 20 });
  });

  it('changes other partitions meanwhile', async () => {
    const together = barrier(2);
    const another = ['ballast', `other-${profile}`];
    const inAnother = ours.change(another, async () => {
      await together();
      return { result: 'done' };
    });
    await place(ours, 'a', together);
    expect(await inAnother).toBe('done');
  });

  it.each([0, 1])('survives a race of two replicas for %d earlier changes', async (earlierCount) => {
    if (earlierCount > 0) await place(ours, 'before');
    await Promise.all([ours.read(partition), theirs.read(partition)]);
    const together = barrier(2);
    const sequences = await Promise.all([place(ours, 'a', together), place(theirs, 'b', together)]);
    expect(sequences.sort()).toEqual([earlierCount + 1, earlierCount + 2]);
    ours.forget(partition);
    const book = await ours.read(partition);
    expect(book?.sequence).toBe(earlierCount + 2);
    expect([...(book?.orders ?? [])].sort()).toEqual(['a', 'b', 'before'].slice(0, earlierCount + 2));
    expect(await store.read('a', partition)).toBeDefined();
    expect(await store.read('b', partition)).toBeDefined();
  });

  it('is decided again from fresh facts after a lost race', async () => {
    await place(ours, 'a');
    await place(theirs, 'b');
    const seen: number[] = [];
    await ours.change(partition, (book) => {
      seen.push(book?.sequence ?? 0);
      return { head: next(book, 'c'), result: undefined };
    });
    expect(seen).toEqual([1, 2]);
  });

  it('takes every change of two replicas that are busy with it, without a failure', async () => {
    // Every lost race is a change that the other one has made, so that none can lose more often than that.
    const both = [ours, theirs].flatMap((heads, replica) =>
      Array.from({ length: 30 }, (_, index) => place(heads, `busy-${replica}-${index}`)),
    );
    const sequences = await Promise.all(both);
    expect(sequences.sort((left, right) => left - right)).toEqual(both.map((_, index) => index + 1));
  });

  it('is given up after 32 lost races', async () => {
    const random = jest.spyOn(Math, 'random').mockReturnValue(0);
    await place(ours, 'a');
    let count = 0;
    const change = ours.change(partition, async (book) => {
      count += 1;
      await place(theirs, `faster-${count}`);
      return { head: next(book, 'never'), result: undefined };
    });
    await expect(change).rejects.toMatchObject({ code: 'store-unavailable', message: 'contended' });
    random.mockRestore();
    expect(count).toBe(32);
    expect((await theirs.read(partition))?.orders).not.toContain('never');
  });

  it('lets a conflict of what is put first decide before the head is found late', async () => {
    await place(ours, 'a');
    const key: CommitOperation = { create: { id: 'key-1', ...keys } };
    await theirs.change(partition, (book) => ({ head: next(book, 'b'), first: [key], result: undefined }));
    const decide = jest.fn((book: Book | undefined) => ({ head: next(book, 'b'), first: [key], result: undefined }));
    await expect(ours.change(partition, decide)).rejects.toMatchObject({ name: 'DocumentConflict', id: 'key-1' });
    expect(decide).toHaveBeenCalledTimes(1);
  });

  it('keeps the cached head after a conflict', async () => {
    await place(ours, 'a');
    await expect(place(ours, 'a')).rejects.toMatchObject({ name: 'DocumentConflict', id: 'a' });
    local.resetRequests();
    await place(ours, 'b');
    expect(local.requests('books')).toEqual({ batch: 1 });
  });

  it('stays as it is when a change brings none', async () => {
    await place(ours, 'a');
    await ours.change(partition, () => ({ operations: [{ create: { id: 'note', ...keys } }], result: undefined }));
    local.resetRequests();
    expect(await ours.change(partition, (book) => ({ result: book?.sequence }))).toBe(1);
    expect(local.requests('books')).toEqual({});
    expect(await store.read('note', partition)).toBeDefined();
  });

  it('is read again after a commit of unknown outcome', async () => {
    const forgetful = new ForgetfulStore(await local.open('books'));
    const heads = headsOf(forgetful);
    await place(heads, 'a');
    forgetful.losesAnswers = true;
    await expect(place(heads, 'b')).rejects.toThrow(StoreUnavailable);
    forgetful.losesAnswers = false;
    expect((await heads.read(partition))?.orders).toEqual(['a', 'b']);
    expect(await place(heads, 'c')).toBe(3);
  });

  it('lets the next change have its turn after a decision that throws', async () => {
    await place(ours, 'a');
    const failed = ours.change(partition, () => {
      throw new Error('undecidable');
    });
    const after = place(ours, 'b');
    await expect(failed).rejects.toThrow('undecidable');
    expect(await after).toBe(2);
  });

  it('refuses a head of another id', async () => {
    const change = ours.change(partition, (book) => ({
      head: { ...next(book, 'a'), id: 'ledger' },
      result: undefined,
    }));
    await expect(change).rejects.toThrow('ledger is not the head');
    expect(local.requests('books')['batch']).toBeUndefined();
  });

  it('is forgotten on request, even while it is being read', async () => {
    await place(theirs, 'a');
    const slow = new SlowStore(await local.open('books'));
    const heads = headsOf(slow);
    const early = heads.read(partition);
    await slow.hasRead;
    await place(theirs, 'b');
    heads.forget(partition);
    slow.release();
    await early;
    expect((await heads.read(partition))?.orders).toEqual(['a', 'b']);
  });

  it('keeps the heads in use when the cache is full', async () => {
    const heads = headsOf(store, 2);
    const partitions = ['x', 'y', 'z'].map((name) => ['ballast', `${name}-${profile}`]);
    const [x, y, z] = partitions as [string[], string[], string[]];
    for (const [productId, profileId] of [x, y, z] as [string, string][]) {
      const head: Book = { id: 'book', productId, profileId, sequence: 1, orders: [] };
      await store.commit([productId, profileId], [{ create: head }]);
    }
    await heads.read(x);
    await heads.read(y);
    await heads.read(x);
    await heads.read(z);
    local.resetRequests();
    await heads.read(x);
    await heads.read(z);
    expect(local.requests('books')).toEqual({});
    await heads.read(y);
    expect(local.requests('books')).toEqual({ read: 1 });
  });
});

/** Commits, and then claims not to know. */
class ForgetfulStore extends ContainerStore {
  losesAnswers = false;

  override async commit(...args: Parameters<ContainerStore['commit']>): Promise<(string | undefined)[]> {
    const etags = await super.commit(...args);
    if (this.losesAnswers) throw new StoreUnavailable('the answer was lost');
    return etags;
  }
}

/** Holds the answer of its first read back until it is released. */
class SlowStore extends ContainerStore {
  #noteRead!: () => void;
  readonly hasRead = new Promise<void>((resolve) => (this.#noteRead = resolve));
  release!: () => void;
  readonly #released = new Promise<void>((resolve) => (this.release = resolve));

  override async read<D>(...args: Parameters<ContainerStore['read']>) {
    const stored = await super.read<D>(...args);
    this.#noteRead();
    await this.#released;
    return stored;
  }
}
