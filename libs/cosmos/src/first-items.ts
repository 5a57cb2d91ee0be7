import type { ContainerStore, Query } from './container-store.js';

/** Pages read for one list, at most: a page may be short or empty though there is more behind it. */
const PAGES_MAX = 100;

/** The first `limit` documents of a query, however the store cuts it into pages; throws after a hundred of them. */
export async function firstItems<Document>(
  store: Pick<ContainerStore, 'query'>,
  { limit, ...query }: Omit<Query, 'pageSize' | 'continuation'> & { readonly limit: number },
): Promise<Document[]> {
  const items: Document[] = [];
  let continuation: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const found = await store.query<Document>({
      ...query,
      pageSize: limit - items.length,
      ...(continuation !== undefined && { continuation }),
    });
    items.push(...found.items);
    ({ continuation } = found);
    if (continuation === undefined || items.length >= limit) return items.slice(0, limit);
  }
  throw new Error(`a list of ${limit} documents is in more than ${PAGES_MAX} pages`);
}
