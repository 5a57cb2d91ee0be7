import { html, table, type Content, type Html } from '../pages/html.js';
import type { View } from '../pages/pages.js';
import type { ContainerStore } from './container-store.js';
import { cosmosErrorOf } from './cosmos-error.js';
import type { JsonObject } from './json.js';
import type { MetadataContext } from './metadata.js';
import { wholeQueryReply } from './query/query-request.js';

/** What is asked when nobody has written a query. */
const FIRST_QUERY = 'SELECT * FROM c';

interface QueryAnswer {
  readonly query: string;
  readonly requestCharge: number;
  readonly results: readonly unknown[];
  /** Where the next page begins; absent after the last. */
  readonly continuation?: string;
}

/**
 * Every database and container with what it holds; for `?database=…&container=…` a query box, and for `&query=…` a page of its
 * results, from `&continuation=…` on.
 */
export async function dataView(query: URLSearchParams, context: MetadataContext): Promise<View> {
  const [database, id] = [query.get('database'), query.get('container')];
  try {
    if (database === null || id === null) return overview(context);
    return await containerView(context.catalog.container(database, id), query, context);
  } catch (thrown) {
    const { status, code, message } = cosmosErrorOf(thrown);
    const title = id ?? 'Cosmos DB';
    const box =
      database === null || id === null ? undefined : queryBox(database, id, query.get('query') ?? FIRST_QUERY);
    const content = [html`<p class="error">${status} ${code}: ${message}</p>`, box];
    return { status, title, content, data: { error: { status, code, message } } };
  }
}

function overview({ catalog }: MetadataContext): View {
  const databases = catalog.listDatabases().map(({ id }) => ({
    id,
    containers: catalog.listContainers(id).map((container) => shown(container)),
  }));
  const heads = ['Database', 'Container', 'Partition key', 'Physical partitions', 'Items', 'Bytes'];
  const rows = databases.flatMap(({ id: database, containers }): Content[][] =>
    containers.length === 0
      ? [[database, '', '', '', '', '']]
      : containers.map(({ id, partitionKey, ranges, items, bytes }) => [
          database,
          html`<a href="?${new URLSearchParams({ database, container: id }).toString()}">${id}</a>`,
          partitionKey.join(', '),
          ranges,
          items,
          bytes,
        ]),
  );
  return { status: 200, title: 'Cosmos DB', content: table(heads, rows), data: { databases } };
}

function shown(container: ContainerStore) {
  const { count, bytes } = container.size();
  const { id, keyPaths } = container.definition;
  const partitionKey = keyPaths.map((path) => `/${path.join('/')}`);
  return { id, partitionKey, ranges: container.ranges.length, items: count, bytes };
}

async function containerView(
  container: ContainerStore,
  query: URLSearchParams,
  context: MetadataContext,
): Promise<View> {
  const { databaseId, definition } = container;
  const { id } = definition;
  const asked = query.get('query');
  const settings = html`<details>
    <summary>Settings</summary>
    <pre>${JSON.stringify(definition.body, null, 1)}</pre>
  </details>`;
  const box = queryBox(databaseId, id, asked ?? FIRST_QUERY);
  if (asked === null) {
    const data = { ...shown(container), settings: definition.body };
    return { status: 200, title: id, content: [box, settings], data };
  }
  const answer = await run(container, { text: asked, continuation: query.get('continuation') }, context);
  return { status: 200, title: id, content: [box, results(databaseId, id, answer), settings], data: answer };
}

async function run(
  container: ContainerStore,
  { text, continuation }: { text: string; continuation: string | null },
  { commits, nowSeconds }: MetadataContext,
): Promise<QueryAnswer> {
  const { body, requestUnits, headers } = wholeQueryReply(container, text, continuation, nowSeconds());
  await commits.whenReadable();
  const next = headers?.['x-ms-continuation'];
  const { Documents: found } = JSON.parse(body!) as { Documents: JsonObject[] };
  return {
    query: text,
    requestCharge: requestUnits,
    results: found,
    ...(next === undefined ? {} : { continuation: next }),
  };
}

const queryBox = (database: string, container: string, text: string): Html =>
  html`<form>
    <input type="hidden" name="database" value="${database}" /><input
      type="hidden"
      name="container"
      value="${container}"
    /><textarea name="query" rows="4">${text}</textarea>
    <p><button>Run</button></p>
  </form>`;

function results(
  database: string,
  container: string,
  { query, requestCharge, results: found, continuation }: QueryAnswer,
): Content {
  const next = continuation && new URLSearchParams({ database, container, query, continuation }).toString();
  return [
    html`<p>
      ${found.length} results, ${requestCharge.toFixed(2)} request
      units.${next && html` <a href="?${next}">Next page</a>`}
    </p>`,
    table(
      ['Result'],
      found.map((each) => [html`<pre>${JSON.stringify(each, null, 1)}</pre>`]),
    ),
  ];
}
