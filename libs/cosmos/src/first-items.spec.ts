import type { Page, Query } from './container-store.js';
import { firstItems } from './first-items.js';

/** A store that gives these pages one after the other, and notes what it was asked for. */
function storeOf(pages: readonly (readonly number[])[]) {
  const asked: Query[] = [];
  const query = async <Document>(wanted: Query): Promise<Page<Document>> => {
    asked.push(wanted);
    const at = Number(wanted.continuation ?? 0);
    const continuation = at + 1 < pages.length ? String(at + 1) : undefined;
    return { items: [...(pages[at] ?? [])] as Document[], continuation };
  };
  return { asked, query };
}

const wanted = { query: 'SELECT * FROM c', parameters: {}, limit: 3 };

describe('the first documents of a query', () => {
  it('are gathered from pages that are short, or empty', async () => {
    const store = storeOf([[1], [], [2], [3], [4]]);
    expect(await firstItems<number>(store, wanted)).toEqual([1, 2, 3]);
    expect(store.asked.map(({ pageSize, continuation }) => [pageSize, continuation])).toEqual([
      [3, undefined],
      [2, '1'],
      [2, '2'],
      [1, '3'],
    ]);
  });

  it('are all there are where there are fewer', async () => {
    expect(await firstItems<number>(storeOf([[1], []]), wanted)).toEqual([1]);
  });

  it('are not looked for without an end', async () => {
    const endless = { query: async <D>(): Promise<Page<D>> => ({ items: [], continuation: 'more' }) };
    await expect(firstItems(endless, wanted)).rejects.toThrow('more than 100 pages');
  });
});
