import { valueAt } from '../document-path.js';
import type { Json, JsonObject } from '../json.js';
import { typeOf } from '../sort-key.js';
import { pathOf, rootAliasOf, type Query } from './ast.js';
import type { Parameters } from './evaluator.js';
import { boundsOf } from './page-builder.js';
import { NameScope } from './scope.js';
import { compileSubquery } from './subquery.js';
import { canonicalText, compare } from './values.js';

/** What is queried by reading every document; tests only. */
export interface PlainCollection {
  /** In the order in which they were created. */
  readonly documents: readonly JsonObject[];
  /** Whether a document that lacks the key of ORDER BY is left out: so where no path of the policy names the key. */
  readonly leavesOut: (path: readonly string[]) => boolean;
}

/** What a query must give. */
export interface PlainResults {
  /** Without TOP, OFFSET and LIMIT. */
  readonly all: readonly string[];
  readonly bounded: readonly string[];
}

const TYPES = ['undefined', 'null', 'boolean', 'number', 'string', 'array', 'object'];

/** The results of a query as canonical texts, found without any index: sorted first, then judged one document after the other. */
export function plainResults(query: Query, parameters: Parameters, collection: PlainCollection): PlainResults {
  const sorted = inOrder(query, collection);
  const context = { parameters, scope: NameScope.empty(), clock: () => 0, documents: () => sorted };
  const all = compileSubquery(query, context)([]).map(({ value }) => canonicalText(value));
  const { offset, limit } = boundsOf(query, parameters);
  return { all, bounded: all.slice(offset, offset + limit) };
}

function inOrder({ orderBy, ...query }: Query, { documents, leavesOut }: PlainCollection): readonly JsonObject[] {
  const root = rootAliasOf({ ...query, orderBy });
  const keys = orderBy.map(({ expression, descending }) => ({ path: pathOf(expression, root)!, descending }));
  const [first] = keys;
  if (first === undefined) return documents;
  const isOut = (document: JsonObject): boolean =>
    keys.length === 1 && leavesOut(first.path) && valueAt(document, first.path) === undefined;
  const ordered = documents.filter((document) => !isOut(document));
  if (first.descending) ordered.reverse();
  return ordered.sort((left, right) => {
    for (const { path, descending } of keys) {
      const result = byType(valueAt(left, path), valueAt(right, path));
      if (result !== 0) return descending ? -result : result;
    }
    return 0;
  });
}

const byType = (left: Json | undefined, right: Json | undefined): number =>
  TYPES.indexOf(typeOf(left)) - TYPES.indexOf(typeOf(right)) || (compare(left, right) ?? 0);
