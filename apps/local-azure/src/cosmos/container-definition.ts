import type { ContainerDeclaration } from '@ballast/contracts';
import { badRequest } from './cosmos-error.js';
import { parsePath, type DocumentPath } from './document-path.js';
import type { PartitionKeyKind } from './effective-partition-key.js';
import { readIndexingPolicy, type IndexingPolicy } from './indexing-policy.js';
import { isJsonObject, type Json, type JsonObject } from './json.js';

/** The most paths a hierarchical partition key may have. */
const KEY_PATHS_MAX = 3;
const SECONDS_PER_MINUTE = 60;

/** What a container is, read out of the body the client sent. */
export interface ContainerDefinition {
  readonly id: string;
  /** The body, defaults filled in, without system properties: echoed to clients. */
  readonly body: JsonObject;
  readonly keyPaths: readonly DocumentPath[];
  readonly keyKind: PartitionKeyKind;
  /** Seconds; -1 = on without a default; undefined = off. */
  readonly defaultTtl: number | undefined;
  readonly indexing: IndexingPolicy;
  /** What must be unique within a logical partition: the values at these paths together. */
  readonly uniqueKeys: readonly (readonly DocumentPath[])[];
  /** Seconds that all versions and deletes are kept for the change feed; 0 = they are not. */
  readonly retentionSeconds: number;
}

const DEFAULTS = {
  conflictResolutionPolicy: { mode: 'LastWriterWins', conflictResolutionPath: '/_ts', conflictResolutionProcedure: '' },
  geospatialConfig: { type: 'Geography' },
};

/** Reads a container body, defaults filled in. Throws 400 for what cannot be read; `container-rules.ts` has the other rules. */
export function readContainerDefinition(body: Json): ContainerDefinition {
  if (!isJsonObject(body) || typeof body['id'] !== 'string') throw badRequest('The container needs an id.');
  const partitionKey = readPartitionKey(body['partitionKey']);
  const indexing = readIndexingPolicy(body['indexingPolicy']);
  return {
    id: body['id'],
    body: {
      ...DEFAULTS,
      ...withoutSystemProperties(body),
      partitionKey: partitionKey.body,
      indexingPolicy: indexing.body,
    },
    keyPaths: partitionKey.paths,
    keyKind: partitionKey.kind,
    defaultTtl: readDefaultTtl(body['defaultTtl']),
    indexing,
    uniqueKeys: readUniqueKeys(body['uniqueKeyPolicy']),
    retentionSeconds: readRetention(body['changeFeedPolicy']),
  };
}

/** A container that exists from the start; everything in it is indexed unless it names paths. */
export type DeclaredContainer = Omit<ContainerDeclaration, 'owner' | 'indexedPaths'> &
  Partial<Pick<ContainerDeclaration, 'owner' | 'indexedPaths'>>;

/** The body of the container that a declaration describes. */
export function bodyOfDeclaration(declaration: DeclaredContainer): JsonObject {
  const { indexedPaths } = declaration;
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
      ...(indexedPaths && {
        includedPaths: indexedPaths.map((path) => ({ path })),
        excludedPaths: [{ path: '/*' }],
      }),
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

/** A copy without what the service itself adds to a resource. */
export const withoutSystemProperties = (body: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !SYSTEM_PROPERTIES.has(name)));

function readUniqueKeys(policy: Json | undefined): DocumentPath[][] {
  const keys =
    isJsonObject(policy) && Array.isArray(policy['uniqueKeys']) ? policy['uniqueKeys'].filter(isJsonObject) : [];
  return keys.map(({ paths }) => (Array.isArray(paths) ? paths : []).map((path) => parsePath(String(path))));
}

const readRetention = (policy: Json | undefined): number =>
  isJsonObject(policy) ? Number(policy['retentionDuration'] ?? 0) * SECONDS_PER_MINUTE : 0;
