import type { ContainerStore, Page, Query } from '@ballast/cosmos';

/** Rows that one request to the store brings. */
export const PAGE_ROWS_MAX = 200;

/** All pages of a query, one after another. Throws `Failure` while the store is away. */
export async function* everyPage<Document>(
  store: ContainerStore,
  query: Omit<Query, 'pageSize' | 'continuation'>,
): AsyncGenerator<Document[]> {
  let continuation: string | undefined;
  do {
    const page: Page<Document> = await store.query<Document>({
      ...query,
      pageSize: PAGE_ROWS_MAX,
      ...(continuation !== undefined && { continuation }),
    });
    yield page.items;
    continuation = page.continuation;
  } while (continuation !== undefined);
}
