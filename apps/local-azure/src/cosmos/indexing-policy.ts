import { badRequest } from './cosmos-error.js';
import { parsePath, type DocumentPath } from './document-path.js';
import { isJsonObject, type Json, type JsonObject } from './json.js';

/** One path of a composite index. */
export interface CompositePath {
  readonly path: DocumentPath;
  readonly descending: boolean;
}

/** Which paths of the items of a container are indexed. */
export interface IndexingPolicy {
  /** As clients see it, defaults filled in. */
  readonly body: JsonObject;
  /** The single paths that are indexed by name. */
  readonly indexedPaths: readonly DocumentPath[];
  /** Whether a wildcard indexes every other path too. */
  readonly indexesEverything: boolean;
  readonly compositeIndexes: readonly (readonly CompositePath[])[];
  /** Whether the values at a path are indexed: of the included and excluded paths that name it, the most precise one decides. */
  readonly indexes: (path: DocumentPath) => boolean;
}

const DEFAULT_POLICY = {
  indexingMode: 'consistent',
  automatic: true,
  includedPaths: [{ path: '/*' }],
  excludedPaths: [{ path: '/"_etag"/?' }],
};

const COMPOSITE_INDEXES_MAX = 100;
const COMPOSITE_PATHS_MAX = 8;

/** Reads a policy, with the service's defaults for what it does not say. */
export function readIndexingPolicy(given: Json | undefined): IndexingPolicy {
  const body: JsonObject = { ...DEFAULT_POLICY, ...(isJsonObject(given) ? given : {}) };
  const included = body['indexingMode'] === 'none' ? [] : pathsOf(body['includedPaths']);
  const compositeIndexes = compositesOf(body['compositeIndexes']).map((index) => index.map(readComposite));
  const single = included.filter((path) => path.endsWith('/?') && !path.includes('[]')).map(parsePath);
  return {
    body,
    indexedPaths: distinct([...single, ...compositeIndexes.flat().map((key) => key.path)]),
    indexesEverything: included.includes('/*'),
    compositeIndexes,
    indexes: decisionOf(included, pathsOf(body['excludedPaths'])),
  };
}

function decisionOf(included: readonly string[], excluded: readonly string[]): (path: DocumentPath) => boolean {
  const read = (path: string, isIncluded: boolean) => {
    const [, names = '', end] = /^(.*)\/([?*])$/.exec(path) ?? [];
    return { names: parsePath(names), isExact: end === '?', isIncluded };
  };
  const rules = [...included.map((path) => read(path, true)), ...excluded.map((path) => read(path, false))];
  rules.sort((left, right) => right.names.length - left.names.length || Number(right.isExact) - Number(left.isExact));
  return (path) => {
    const deciding = rules.find(
      ({ names, isExact }) =>
        (isExact ? names.length === path.length : names.length <= path.length) &&
        names.every((name, index) => name === path[index]),
    );
    return deciding?.isIncluded === true;
  };
}

/** Throws 400 for a policy that the service refuses, and for the kinds of index that this server does not have. */
export function requireValidIndexingPolicy(given: Json | undefined): void {
  if (given === undefined) return;
  if (!isJsonObject(given)) throw badRequest('The indexing policy must be an object.');
  for (const kind of ['spatialIndexes', 'vectorIndexes', 'fullTextIndexes']) {
    if (pathsOf(given[kind]).length > 0)
      throw badRequest(`The indexing policy: ${kind} are not supported by this server.`);
  }
  const { indexingMode = 'consistent', automatic = true } = given;
  if (indexingMode !== 'consistent' && indexingMode !== 'none')
    throw badRequest('The indexing mode must be consistent or none.');
  if (indexingMode === 'none' && automatic !== false)
    throw badRequest('The indexing mode none needs automatic: false.');
  if (indexingMode === 'consistent') requirePaths(readIndexingPolicy(given).body);
  requireComposites(given['compositeIndexes']);
}

function requirePaths(policy: JsonObject): void {
  const [included, excluded] = [pathsOf(policy['includedPaths']), pathsOf(policy['excludedPaths'])];
  for (const path of [...included, ...excluded]) {
    if (!/^\/(?:.*\/)?[?*]$/.test(path))
      throw badRequest(`The indexing path '${path}' must begin with / and end with /? or /*.`);
  }
  const twice = included.find((path) => excluded.includes(path));
  if (twice !== undefined) throw badRequest(`The indexing path '${twice}' is both included and excluded.`);
  if (![...included, ...excluded].includes('/*')) {
    throw badRequest('The special mandatory indexing path "/" is not provided in any of the path type sets.');
  }
}

function requireComposites(given: Json | undefined): void {
  const indexes = compositesOf(given);
  if (indexes.length > COMPOSITE_INDEXES_MAX)
    throw badRequest(`At most ${COMPOSITE_INDEXES_MAX} composite indexes are allowed.`);
  for (const index of indexes) {
    if (index.length < 2 || index.length > COMPOSITE_PATHS_MAX)
      throw badRequest(`A composite index needs 2 to ${COMPOSITE_PATHS_MAX} paths.`);
    for (const { path, order = 'ascending' } of index) {
      if (typeof path !== 'string' || !/^\/[^*?]+$/.test(path))
        throw badRequest(`The composite index path '${String(path)}' must begin with / and have no wildcard.`);
      if (order !== 'ascending' && order !== 'descending')
        throw badRequest('The order of a composite index path is ascending or descending.');
    }
  }
}

const pathsOf = (list: Json | undefined): string[] =>
  (Array.isArray(list) ? list : []).map((entry) => (isJsonObject(entry) ? String(entry['path']) : ''));

const compositesOf = (value: Json | undefined): JsonObject[][] =>
  (Array.isArray(value) ? value : []).map((index) => (Array.isArray(index) ? index : []).filter(isJsonObject));

const readComposite = ({ path, order }: JsonObject): CompositePath => ({
  path: parsePath(String(path)),
  descending: order === 'descending',
});

const distinct = (paths: readonly DocumentPath[]): DocumentPath[] => [
  ...new Map(paths.map((path) => [JSON.stringify(path), path])).values(),
];
