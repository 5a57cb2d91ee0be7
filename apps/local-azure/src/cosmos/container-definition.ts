import type { ContainerDeclaration } from '@ballast/contracts';
import { badRequest } from './cosmos-error.js';
import { parsePath, type DocumentPath } from './document-path.js';
import type { PartitionKeyKind } from './effective-partition-key.js';
import { isJsonObject, type Json, type JsonObject } from './json.js';

/** The most paths a hierarchical partition key may have. */
const KEY_PATHS_MAX = 3;

/** One path of a composite index. */
export interface CompositePath {
  readonly path: DocumentPath;
  readonly descending: boolean;
}

/** What a container is, read out of the body the client sent. */
export interface ContainerDefinition {
  readonly id: string;
  /** The body, defaults filled in, without system properties: echoed to clients. */
  readonly body: JsonObject;
  readonly keyPaths: readonly DocumentPath[];
  readonly keyKind: PartitionKeyKind;
  /** Seconds; -1 = on without a default; undefined = off. */
  readonly defaultTtl: number | undefined;
  /** The single paths that are indexed by name. */
  readonly indexedPaths: readonly DocumentPath[];
  /** Whether a wildcard indexes every other path too. */
  readonly indexesEverything: boolean;
  readonly compositeIndexes: readonly (readonly CompositePath[])[];
}

const DEFAULT_INDEXING_POLICY = {
  indexingMode: 'consistent',
  automatic: true,
  includedPaths: [{ path: '/*' }],
  excludedPaths: [{ path: '/"_etag"/?' }],
};

/** Reads a container body as a client posts it. Throws 400 for what the service would refuse. */
export function readContainerDefinition(body: Json): ContainerDefinition {
  if (!isJsonObject(body) || typeof body['id'] !== 'string') throw badRequest('The container needs an id.');
  const { id } = body;
  const partitionKey = readPartitionKey(body['partitionKey']);
  const defaultTtl = readDefaultTtl(body['defaultTtl']);
  const policy = {
    ...DEFAULT_INDEXING_POLICY,
    ...(isJsonObject(body['indexingPolicy']) ? body['indexingPolicy'] : {}),
  };
  const included = pathsOf(policy.includedPaths);
  const composite = compositeIndexesOf((policy as JsonObject)['compositeIndexes']);
  return {
    id,
    body: { ...withoutSystemProperties(body), partitionKey: partitionKey.body, indexingPolicy: policy },
    keyPaths: partitionKey.paths,
    keyKind: partitionKey.kind,
    defaultTtl,
    indexedPaths: distinct([
      ...included.filter(isSinglePath).map(parsePath),
      ...composite.flat().map((key) => key.path),
    ]),
    indexesEverything: included.includes('/*'),
    compositeIndexes: composite,
  };
}

/** The body of the container that a declaration of the platform's topology describes. */
export function bodyOfDeclaration(declaration: ContainerDeclaration): JsonObject {
  const compositeIndexes = (declaration.compositeIndexes ?? []).map((paths) => paths.map((path) => ({ ...path })));
  return {
    id: declaration.name,
    partitionKey: {
      paths: [...declaration.partitionKeyPaths],
      kind: declaration.partitionKeyPaths.length > 1 ? 'MultiHash' : 'Hash',
      version: 2,
    },
    indexingPolicy: {
      indexingMode: 'consistent',
      automatic: true,
      includedPaths: declaration.indexedPaths.map((path) => ({ path })),
      excludedPaths: [{ path: '/*' }],
      compositeIndexes,
    },
    ...(declaration.defaultTtlSeconds === undefined ? {} : { defaultTtl: declaration.defaultTtlSeconds }),
  };
}

function readPartitionKey(value: Json | undefined): {
  paths: DocumentPath[];
  kind: PartitionKeyKind;
  body: JsonObject;
} {
  const given = isJsonObject(value) && Array.isArray(value['paths']) ? value['paths'] : [];
  const paths = given.filter((path): path is string => typeof path === 'string' && /^\/./.test(path));
  if (paths.length === 0 || paths.length !== given.length) throw badRequest('The partition key needs paths like /a.');
  const { kind = 'Hash', version } = value as JsonObject;
  if (kind !== 'Hash' && kind !== 'MultiHash') throw badRequest('The partition key must be of kind Hash or MultiHash.');
  if (paths.length > (kind === 'MultiHash' ? KEY_PATHS_MAX : 1))
    throw badRequest('The partition key has too many paths.');
  if (version !== undefined && version !== 1 && version !== 2) throw badRequest('The partition key version is 1 or 2.');
  if (kind === 'MultiHash' && version !== 2) throw badRequest('A hierarchical partition key needs version 2.');
  const body = { paths, kind, ...(version === undefined ? {} : { version }) };
  return { paths: paths.map(parsePath), kind: kind === 'Hash' && version !== 2 ? 'HashV1' : kind, body };
}

function readDefaultTtl(value: Json | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isTtl(value)) throw badRequest('defaultTtl must be -1 or a positive whole number of seconds.');
  return value;
}

/** Whether a value is a lifetime: -1 or a positive number of seconds that fits 31 bits. */
export const isTtl = (value: Json): value is number =>
  Number.isInteger(value) && (value === -1 || (value as number) > 0) && (value as number) < 2 ** 31;

const SYSTEM_PROPERTIES: ReadonlySet<string> = new Set([
  '_rid', '_self', '_etag', '_ts', '_docs', '_sprocs', '_triggers', '_udfs', '_conflicts', '_attachments', '_lsn',
]); // prettier-ignore

/** Whether a property is the service's own, which clients cannot set. */
export const isSystemProperty = (name: string): boolean => SYSTEM_PROPERTIES.has(name);

/** A copy without what the service itself adds to a resource. */
export const withoutSystemProperties = (body: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !SYSTEM_PROPERTIES.has(name)));

const pathsOf = (list: unknown): string[] =>
  (Array.isArray(list) ? list : []).map((entry: Json) => (isJsonObject(entry) ? String(entry['path']) : ''));

const isSinglePath = (path: string): boolean => path.endsWith('/?') && !path.includes('[]');

function compositeIndexesOf(value: Json | undefined): CompositePath[][] {
  return (Array.isArray(value) ? value : []).map((index) =>
    (Array.isArray(index) ? index : []).filter(isJsonObject).map((key) => ({
      path: parsePath(String(key['path'])),
      descending: key['order'] === 'descending',
    })),
  );
}

const distinct = (paths: readonly DocumentPath[]): DocumentPath[] => [
  ...new Map(paths.map((path) => [JSON.stringify(path), path])).values(),
];
