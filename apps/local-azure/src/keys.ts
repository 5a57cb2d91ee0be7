import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of entropy in a key; the size the service's own keys have. */
const KEY_BYTES = 64;
const FILE_MODE_OWNER_ONLY = 0o600;

/** The credentials of both servers, in base64. */
export interface LocalKeys {
  readonly cosmosKey: string;
  readonly serviceBusSharedAccessKey: string;
}

/** Reads `keys.json` of a data folder, or makes it with new random keys, readable by its owner only. */
export function readOrCreateKeys(dataDir: string): LocalKeys {
  const file = join(dataDir, 'keys.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LocalKeys;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = (): string => randomBytes(KEY_BYTES).toString('base64');
  const keys = { cosmosKey: key(), serviceBusSharedAccessKey: key() };
  const handle = openSync(file, 'wx', FILE_MODE_OWNER_ONLY);
  writeSync(handle, JSON.stringify(keys));
  fsyncSync(handle);
  closeSync(handle);
  return keys;
}
