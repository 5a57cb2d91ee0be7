import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredPolicy } from './service-bus/policy-keys.js';

/** Bytes of entropy in a key; the size the service's own keys have. */
const KEY_BYTES = 64;
const FILE_MODE_OWNER_ONLY = 0o600;
const NAMES = [
  'cosmosKey',
  'cosmosSecondaryKey',
  'cosmosReadOnlyKey',
  'cosmosSecondaryReadOnlyKey',
  'serviceBusSharedAccessKey',
  'faultControlKey',
  'statusKey',
] as const;

/** The credentials of both servers, in base64. */
export interface LocalKeys {
  readonly cosmosKey: string;
  /** As good as the first, so that one can be replaced while the other is in use. */
  readonly cosmosSecondaryKey: string;
  /** Good for everything that changes nothing, as is the second one. */
  readonly cosmosReadOnlyKey: string;
  readonly cosmosSecondaryReadOnlyKey: string;
  readonly serviceBusSharedAccessKey: string;
  /** Orders faults, where the server was started with that. */
  readonly faultControlKey: string;
  /** Opens the status page. */
  readonly statusKey: string;
  /** By name: who else may use the Service Bus. */
  readonly serviceBusPolicies: Readonly<Record<string, StoredPolicy>>;
}

/**
 * Reads `keys.json` of a data folder, readable by its owner only; makes it, or the keys it lacks, at random. Each of the
 * Service Bus policies named has one.
 */
export function readOrCreateKeys(dataDir: string, policyNames: readonly string[] = []): LocalKeys {
  const file = join(dataDir, 'keys.json');
  const known = readKeys(file);
  const policies = known.serviceBusPolicies ?? {};
  const lacking = NAMES.filter((name) => known[name] === undefined);
  const keyless = policyNames.filter((name) => policies[name] === undefined);
  const made = Object.fromEntries(lacking.map((name) => [name, newKey()]));
  const madePolicies = Object.fromEntries(keyless.map((name) => [name, { key: newKey() }]));
  const keys = { ...known, ...made, serviceBusPolicies: { ...policies, ...madePolicies } } as LocalKeys;
  if (lacking.length + keyless.length > 0) writeDurably(file, JSON.stringify(keys));
  return keys;
}

function newKey(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

function readKeys(file: string): Partial<LocalKeys> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<LocalKeys>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return {};
  }
}

/** Replaces the file in one step, so that a crash leaves the old keys or the new ones. */
function writeDurably(file: string, text: string): void {
  const draft = `${file}.new`;
  const handle = openSync(draft, 'w', FILE_MODE_OWNER_ONLY);
  writeSync(handle, text);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(draft, file);
}
