import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of entropy in a key; the size the service's own keys have. */
const KEY_BYTES = 64;
const FILE_MODE_OWNER_ONLY = 0o600;
const NAMES = ['cosmosKey', 'serviceBusSharedAccessKey', 'faultControlKey', 'statusKey'] as const;

/** The credentials of both servers, in base64. */
export interface LocalKeys {
  readonly cosmosKey: string;
  readonly serviceBusSharedAccessKey: string;
  /** Orders faults, where the server was started with that. */
  readonly faultControlKey: string;
  /** Opens the status page. */
  readonly statusKey: string;
}

/** Reads `keys.json` of a data folder, readable by its owner only; makes it, or the keys it lacks, at random. */
export function readOrCreateKeys(dataDir: string): LocalKeys {
  const file = join(dataDir, 'keys.json');
  const known = readKeys(file);
  const missing = NAMES.filter((name) => known[name] === undefined);
  const made = missing.map((name) => [name, randomBytes(KEY_BYTES).toString('base64')]);
  const keys = { ...known, ...Object.fromEntries(made) } as unknown as LocalKeys;
  if (missing.length > 0) writeDurably(file, JSON.stringify(keys));
  return keys;
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
