import { AsyncLocalStorage } from 'node:async_hooks';
import { startLocalStore } from '../test/local-store.js';
import type { LocalStore } from '../test/local-store.js';
import { ContainerStore } from './container-store.js';
import type { Alone, Change } from './head-group.js';
import { HeadStore } from './head-store.js';
import { StoreUnavailable } from './store-errors.js';

interface Book {
  readonly id: string;
  readonly productId: string;
  readonly profileId: string;
  readonly orders: readonly string[];
}

type Decide = (book: Book | undefined, alone: Alone) => Change<Book, number> | Promise<Change<Book, number>>;

describe('changes of a head that come together', () => {
  let local: LocalStore;
  let store: WatchedStore;
  let heads: HeadStore<Book>;
  let profile = 0;
  let partition: string[];
  let keys: { productId: string; profileId: string };

  const headsOf = (of: ContainerStore) => new HeadStore<Book>(of, { headId: () => 'book' });
  const row = (id: string) => ({ create: { id, ...keys } });
  const placed = (book: Book | undefined, order: string, rows: readonly string[] = [order]): Change<Book, number> => {
    const orders = [...(book?.orders ?? []), order];
    return { head: { id: 'book', ...keys, orders }, operations: rows.map(row), result: orders.length };
  };
  const place = (order: string, rows?: readonly string[]) =>
    heads.changeTogether(partition, (book) => placed(book, order, rows));
  const change = (decide: Decide) => heads.changeTogether(partition, decide);
  const stored = async () => (await store.read<Book>('book', partition))?.document.orders;

  beforeAll(async () => {
    local = await startLocalStore();
  });
  afterAll(() => local.close());
  beforeEach(async () => {
    profile += 1;
    keys = { productId: 'ballast', profileId: `together-${profile}` };
    partition = [keys.productId, keys.profileId];
    store = new WatchedStore(await local.open('books'));
    heads = headsOf(store);
    await place('first');
    local.resetRequests();
  });

  it('are committed in one batch, 16 at most, each decided about what those before it leave', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `order-${index}`);
    expect(await Promise.all(names.map((name) => place(name)))).toEqual(names.map((_, index) => index + 2));
    expect(local.requests('books')).toEqual({ batch: 2 });
    expect(await stored()).toEqual(['first', ...names]);
    for (const name of names) expect(await store.read(name, partition)).toBeDefined();
    expect(store.written.slice(-5)).toEqual(['order-16', 'order-17', 'order-18', 'book', 'order-19']);
  });

  it('are in two batches where one is too small for them', async () => {
    const many = (name: string) => Array.from({ length: 60 }, (_, index) => `${name}-${index}`);
    expect(await Promise.all([place('a', many('a')), place('b', many('b'))])).toEqual([2, 3]);
    expect(local.requests('books')).toEqual({ batch: 2 });
  });

  it('are committed before one that has to be alone, which then finds what they wrote', async () => {
    const seen: unknown[] = [];
    const alone = change(async (book, isAlone) => {
      seen.push(book?.orders);
      isAlone();
      seen.push(await store.read('a', partition));
      return { result: 0 };
    });
    const earlier = place('a');
    const later = change(async (book, isAlone) => {
      isAlone();
      seen.push((await store.read<{ id: string }>('a', partition))?.document.id);
      return placed(book, 'b');
    });
    await Promise.all([alone, earlier, later]);
    expect(seen).toEqual([['first'], undefined, 'a']);
    expect(await stored()).toEqual(['first', 'a', 'b']);
  });

  it('do not fail for the conflict of one of them', async () => {
    await place('taken');
    const [a, taken, b] = await Promise.allSettled([place('a'), place('again', ['taken']), place('b')]);
    expect([a.status, b.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(taken).toMatchObject({ reason: { name: 'DocumentConflict', id: 'taken' } });
    expect(await stored()).toEqual(['first', 'taken', 'a', 'b']);
  });

  it('do not write the same document in one batch', async () => {
    const [first, second] = await Promise.allSettled([place('a', ['same']), place('b', ['same'])]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ reason: { name: 'DocumentConflict', id: 'same' } });
    expect(local.requests('books')).toEqual({ batch: 2 });
    expect(await stored()).toEqual(['first', 'a']);
  });

  it('do not fail for one that cannot be decided, which is asked again when those before it are committed', async () => {
    const asked: unknown[] = [];
    const undecidable = () =>
      change(async (book) => {
        asked.push([book?.orders, await stored()]);
        throw new Error('undecidable');
      });
    const [a, failed, b] = await Promise.allSettled([place('a'), undecidable(), place('b')]);
    expect([a.status, b.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(failed).toMatchObject({ reason: { message: 'undecidable' } });
    expect(asked).toEqual([
      [['first', 'a'], ['first']],
      [
        ['first', 'a'],
        ['first', 'a'],
      ],
    ]);
    expect(await stored()).toEqual(['first', 'a', 'b']);
  });

  it('are all decided again after a lost race', async () => {
    await headsOf(new ContainerStore(await local.open('books'))).change(partition, (book) => placed(book, 'theirs'));
    expect(await Promise.all([place('a'), place('b')])).toEqual([3, 4]);
    expect(await stored()).toEqual(['first', 'theirs', 'a', 'b']);
  });

  it('are all of unknown outcome where that of their batch is, also one that wrote nothing', async () => {
    store.losesAnswers = true;
    const nothing = change((book) => ({ result: book?.orders.length ?? 0 }));
    const results = await Promise.allSettled([place('a'), place('b'), place('c')]);
    store.losesAnswers = false;
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(nothing).rejects.toThrow(StoreUnavailable);
    expect(await place('d')).toBe(5);
  });

  it('are each decided in the context of whoever asked', async () => {
    const context = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const asking = (name: string) =>
      context.run(name, () => change((book) => (seen.push(context.getStore()), placed(book, name))));
    await Promise.all(['a', 'b', 'c'].map(asking));
    expect(seen).toEqual(['a', 'b', 'c']);
  });
});

/** Notes what it writes; commits, and then claims not to know. */
class WatchedStore extends ContainerStore {
  losesAnswers = false;
  readonly written: string[] = [];

  override async commit(...args: Parameters<ContainerStore['commit']>): Promise<(string | undefined)[]> {
    const etags = await super.commit(...args);
    this.written.push(...args[1].map((operation) => (Object.values(operation)[0] as { id: string }).id));
    if (this.losesAnswers) throw new StoreUnavailable('the answer was lost');
    return etags;
  }
}
