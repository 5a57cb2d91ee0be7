import { startLocalStore } from '../test/local-store.js';
import type { LocalStore } from '../test/local-store.js';
import { ContainerStore } from './container-store.js';

describe('a container', () => {
  let local: LocalStore;
  let store: ContainerStore;
  let onCommit: jest.Mock;
  let profile = 0;
  let partition: string[];
  let keys: { productId: string; profileId: string };

  beforeAll(async () => {
    local = await startLocalStore();
  });
  afterAll(() => local.close());
  beforeEach(async () => {
    onCommit = jest.fn();
    store = new ContainerStore(await local.open('books'), { onCommit });
    profile += 1;
    keys = { productId: 'ballast', profileId: `profile-${profile}` };
    partition = [keys.productId, keys.profileId];
  });

  it('reads what was committed, with the ETag of the commit and without fields of the store', async () => {
    const document = { id: 'book', ...keys, name: 'Grüße ☂' };
    const [etag] = await store.commit(partition, [{ create: document }]);
    expect(await store.read('book', partition)).toEqual({ document, etag });
  });

  it('reads nothing where nothing is', async () => {
    expect(await store.read('book', partition)).toBeUndefined();
    for (const id of ['', 'a/b', 'a?', '#', 'a\\b', 'a ', 'x'.repeat(1_024)]) {
      expect(await store.read(id, partition)).toBeUndefined();
    }
  });

  it('commits state and event in one request, and nothing else is asked', async () => {
    await store.read('book', partition);
    local.resetRequests();
    const etags = await store.commit(partition, [
      { create: { id: 'book', ...keys } },
      { create: { id: 'event', ...keys, kind: 'event' } },
      { upsert: { id: 'note', ...keys } },
    ]);
    await store.read('book', partition);
    expect(new Set(etags).size).toBe(3);
    expect(local.requests('books')).toEqual({ batch: 1, read: 1 });
  });

  it('writes nothing at all when one operation fails', async () => {
    await store.commit(partition, [{ create: { id: 'book', ...keys } }]);
    const commit = store.commit(partition, [{ create: { id: 'new', ...keys } }, { create: { id: 'book', ...keys } }]);
    await expect(commit).rejects.toMatchObject({ name: 'DocumentConflict', id: 'book' });
    expect(await store.read('new', partition)).toBeUndefined();
  });

  it('lets the first operation that fails decide', async () => {
    await store.commit(partition, [{ create: { id: 'book', ...keys } }]);
    const create = { create: { id: 'book', ...keys } };
    const replace = { replace: { id: 'book', ...keys }, ifMatch: '"stale"' };
    await expect(store.commit(partition, [create, replace])).rejects.toMatchObject({ name: 'DocumentConflict' });
    await expect(store.commit(partition, [replace, create])).rejects.toMatchObject({ name: 'PreconditionLost' });
  });

  it('replaces the version that was read and no other', async () => {
    const [first] = await store.commit(partition, [{ create: { id: 'book', ...keys, n: 1 } }]);
    const replaceWith = (n: number) =>
      store.commit(partition, [{ replace: { id: 'book', ...keys, n }, ifMatch: first! }]);
    await replaceWith(2);
    await expect(replaceWith(3)).rejects.toMatchObject({ name: 'PreconditionLost', id: 'book' });
    expect((await store.read<{ n: number }>('book', partition))?.document.n).toBe(2);
  });

  it('loses the precondition when the document is gone', async () => {
    const replace = { replace: { id: 'book', ...keys }, ifMatch: '"1"' };
    await expect(store.commit(partition, [replace])).rejects.toMatchObject({ name: 'PreconditionLost', id: 'book' });
  });

  it('tells of commits with an event, after they succeeded', async () => {
    const later = jest.fn();
    store.onCommit(later);
    await store.commit(partition, [{ create: { id: 'book', ...keys } }]);
    const event = { create: { id: 'event', ...keys, kind: 'event' } };
    await expect(store.commit(partition, [event, { create: { id: 'book', ...keys } }])).rejects.toThrow();
    expect(onCommit).not.toHaveBeenCalled();
    await store.commit(partition, [event]);
    expect(onCommit).toHaveBeenCalledTimes(1);
    expect(later).toHaveBeenCalledTimes(1);
  });

  it('calls a document of another partition a bug', async () => {
    const commit = store.commit(partition, [{ create: { id: 'book', productId: 'ballast', profileId: 'another' } }]);
    await expect(commit).rejects.toThrow('the store refused the request with 400');
  });

  it('pages through a query', async () => {
    const rows = [1, 2, 3, 4, 5].map((price) => ({ id: `row-${price}`, ...keys, kind: 'row', price }));
    await store.commit(
      partition,
      rows.map((create) => ({ create })),
    );
    const query = 'SELECT * FROM c WHERE c.kind = @kind AND c.price > @price ORDER BY c.price';
    const ask = (continuation?: string) =>
      store.query<{ id: string }>({
        query,
        parameters: { '@kind': 'row', '@price': 1 },
        partition,
        pageSize: 3,
        ...(continuation !== undefined && { continuation }),
      });
    const first = await ask();
    expect(first.items.map(({ id }) => id)).toEqual(['row-2', 'row-3', 'row-4']);
    expect(first.continuation).toBeDefined();
    const second = await ask(first.continuation);
    expect(second.items.map(({ id }) => id)).toEqual(['row-5']);
    expect(second.continuation).toBeUndefined();
  });

  it('queries a whole product by the first part of the key', async () => {
    await store.commit(['other', keys.profileId], [{ create: { ...keys, id: 'mine', productId: 'other' } }]);
    const page = await store.query<{ id: string }>({
      query: 'SELECT c.id FROM c',
      parameters: {},
      partition: ['other'],
      pageSize: 10,
    });
    expect(page.items).toEqual([{ id: 'mine' }]);
  });

  it('calls a missing container a bug', async () => {
    const { database } = await local.open('books');
    const missing = new ContainerStore(database.container('missing'));
    await expect(missing.commit(partition, [{ create: { id: 'a', ...keys } }])).rejects.toThrow('refused');
  });
});
