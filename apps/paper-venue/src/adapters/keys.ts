import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

/** What a client shows to be let in. */
export interface Keys {
  keyId: string;
  secret: string;
}

const KEY_FILE_MODE = 0o600;
const KEY_ID_BYTES = 9;
const SECRET_BYTES = 30;

/** The keys of this installation, made at the first start and kept in a file that only its owner may read. */
export function loadKeys(file: string): Keys {
  if (existsSync(file)) {
    const { keyId, secret } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Keys>;
    if (!keyId || !secret) throw new Error(`${file} holds no keys: remove it and start again to have new ones made`);
    return { keyId, secret };
  }
  const keys = {
    keyId: `PK${randomBytes(KEY_ID_BYTES).toString('hex').toUpperCase()}`,
    secret: randomBytes(SECRET_BYTES).toString('base64url'),
  };
  writeFileSync(file, `${JSON.stringify(keys)}\n`, { mode: KEY_FILE_MODE, flag: 'wx' });
  chmodSync(file, KEY_FILE_MODE);
  return keys;
}

/** Whether the shown keys are the ones, in a time that does not depend on how much of them is right. */
export function keysMatch(keys: Keys, shown: { keyId: unknown; secret: unknown }): boolean {
  const [rightId, rightSecret] = [equal(keys.keyId, shown.keyId), equal(keys.secret, shown.secret)];
  return rightId && rightSecret;
}

function equal(right: string, shown: unknown): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(right), digest(typeof shown === 'string' ? shown : ''));
}
