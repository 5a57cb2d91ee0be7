import { notSupported, type CosmosError } from './cosmos-error.js';

/** The parts of the service that this server does not have, by the path segment under which clients ask for them. */
const FEATURES: ReadonlyMap<string, string> = new Map([
  ['sprocs', 'A stored procedure'],
  ['triggers', 'A trigger'],
  ['udfs', 'A user-defined function'],
  ['conflicts', 'The conflict feed'],
  ['users', 'A user or permission'],
  ['clientencryptionkeys', 'Client-side encryption'],
  ['operations', 'Deleting all items of a partition key'],
  ['attachments', 'An attachment'],
  ['schemas', 'A schema'],
]);

/** 501 for a path that this server does not know, naming the feature that it belongs to. */
export function notSupportedPath(method: string, segments: readonly string[]): CosmosError {
  const feature = segments
    .filter((_, index) => index % 2 === 0)
    .map((segment) => FEATURES.get(segment))
    .find(Boolean);
  return notSupported(feature ?? `${method} /${segments.join('/')}`);
}
