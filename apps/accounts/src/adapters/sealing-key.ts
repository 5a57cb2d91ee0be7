import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createJsonFile, readJsonFile } from './private-file.js';

const FILE = 'sealing-key.json';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
/** What sealed text begins with: how it is sealed. */
const FORM = 'v1.';

/** Keeps secrets readable by this service only: AES-256-GCM for what is stored, HMAC-SHA-256 for what is derived. */
export class SealingKey {
  private readonly sealing: Buffer;
  private readonly deriving: Buffer;

  private constructor(key: Buffer) {
    this.sealing = Buffer.from(hkdfSync('sha256', key, '', 'ballast sealing', KEY_BYTES));
    this.deriving = Buffer.from(hkdfSync('sha256', key, '', 'ballast deriving', KEY_BYTES));
  }

  /** From 32 bytes in base64 or base64url. Throws, without showing it, where that is something else. */
  static parse(text: string): SealingKey {
    const key = Buffer.from(text, 'base64');
    if (key.length !== KEY_BYTES) throw new Error('the sealing key is not 32 bytes in base64');
    return new SealingKey(key);
  }

  /** From the file in that directory, which is made where there is none. */
  static async inDirectory(directory: string): Promise<SealingKey> {
    const path = join(directory, FILE);
    const kept = await readJsonFile(path);
    if (kept !== undefined) return SealingKey.of(kept);
    const made = { key: randomBytes(KEY_BYTES).toString('base64url') };
    return SealingKey.of((await createJsonFile(path, made)) ? made : await readJsonFile(path));
  }

  /** The text, readable only with `open` under the same key and the same `owner`. */
  seal(text: string, owner: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.sealing, iv).setAAD(Buffer.from(owner));
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return FORM + sealed.toString('base64url');
  }

  /** The text that was sealed. Throws where it was sealed for another owner, with another key, or changed. */
  open(sealed: string, owner: string): string {
    if (!sealed.startsWith(FORM)) throw new Error('sealed in an unknown form');
    const bytes = Buffer.from(sealed.slice(FORM.length), 'base64url');
    const decipher = createDecipheriv(CIPHER, this.sealing, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  }

  /** 256 bits in base64url that follow from the parts and that nobody else can tell. */
  derive(...parts: readonly (string | number)[]): string {
    return createHmac('sha256', this.deriving).update(JSON.stringify(parts)).digest('base64url');
  }

  private static of(value: unknown): SealingKey {
    const key = (value as { key?: unknown } | null)?.key;
    return SealingKey.parse(typeof key === 'string' ? key : '');
  }
}
