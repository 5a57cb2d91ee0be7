import { badRequest } from './cosmos-error.js';
import { requireValidIndexingPolicy } from './indexing-policy.js';
import { isJsonObject, type Json, type JsonObject } from './json.js';
import { requireResourceId } from './resource-name.js';

/** Unique keys of a container at most, and paths of one. */
const UNIQUE_KEYS_MAX = 10;
const UNIQUE_KEY_PATHS_MAX = 16;
const RETENTION_MINUTES_MAX = 30 * 24 * 60;

/** Features that need parts of the service which this server does not have. */
const NOT_SUPPORTED: Readonly<Record<string, string>> = {
  vectorEmbeddingPolicy: 'Vector embeddings',
  fullTextPolicy: 'Full-text search',
  clientEncryptionPolicy: 'Client-side encryption',
  analyticalStorageTtl: 'Analytical storage',
  computedProperties: 'Computed properties',
};

/** Throws 400 for the body of a container that the service refuses, or that asks for what this server does not do. */
export function requireValidContainer(body: JsonObject): void {
  requireResourceId(body, 'container');
  for (const [name, feature] of Object.entries(NOT_SUPPORTED)) {
    const value = body[name];
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) continue;
    throw badRequest(`${feature} (${name}) are not supported by this server.`);
  }
  requireValidIndexingPolicy(body['indexingPolicy']);
  requireUniqueKeys(body['uniqueKeyPolicy']);
  requireConflictResolution(body['conflictResolutionPolicy']);
  requireRetention(body['changeFeedPolicy']);
}

function requireUniqueKeys(policy: Json | undefined): void {
  if (policy === undefined || policy === null) return;
  const keys = isJsonObject(policy) ? policy['uniqueKeys'] : undefined;
  if (!Array.isArray(keys)) throw badRequest('The unique key policy needs a list of unique keys.');
  if (keys.length > UNIQUE_KEYS_MAX) throw badRequest(`A container has at most ${UNIQUE_KEYS_MAX} unique keys.`);
  for (const key of keys) {
    const paths = isJsonObject(key) ? key['paths'] : undefined;
    if (!Array.isArray(paths) || paths.length === 0 || paths.length > UNIQUE_KEY_PATHS_MAX)
      throw badRequest(`A unique key needs 1 to ${UNIQUE_KEY_PATHS_MAX} paths.`);
    const wrong = paths.find((path) => typeof path !== 'string' || !/^\/[^*?]+$/.test(path));
    if (wrong !== undefined)
      throw badRequest(`The unique key path '${String(wrong)}' must begin with / and have no wildcard.`);
  }
  const texts = keys.map((key) => JSON.stringify(key));
  if (new Set(texts).size < texts.length) throw badRequest('A unique key is given twice.');
}

function requireConflictResolution(policy: Json | undefined): void {
  if (policy === undefined || policy === null) return;
  const { mode = 'LastWriterWins' } = isJsonObject(policy) ? policy : {};
  if (mode !== 'LastWriterWins' && mode !== 'Custom')
    throw badRequest('The conflict resolution mode must be LastWriterWins or Custom.');
}

function requireRetention(policy: Json | undefined): void {
  if (policy === undefined || policy === null) return;
  const minutes = isJsonObject(policy) ? policy['retentionDuration'] : undefined;
  if (!Number.isInteger(minutes) || (minutes as number) < 0 || (minutes as number) > RETENTION_MINUTES_MAX)
    throw badRequest(`The change feed retention must be 0 to ${RETENTION_MINUTES_MAX} whole minutes.`);
}
