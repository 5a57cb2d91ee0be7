import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const SECRET_BYTES = 32;

/** A new secret of the key: `bk_`, the 26 characters of the key's id, and 256 random bits in base64url. */
export function newKeySecret(keyId: string): string {
  return `bk_${keyId.slice(4)}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/**
 * What is stored in the place of a secret: SHA-256 in hexadecimal. A slow or salted hash is for words that people choose:
 * nobody guesses 256 random bits, so that a fast one gives nothing away and every exchange stays cheap.
 */
export function keySecretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether the secret has one of these hashes; how long it takes does not tell where they differ. */
export function isSecretOf(hashes: readonly string[], secret: string): boolean {
  const given = Buffer.from(keySecretHash(secret), 'hex');
  return hashes.some((hash) => timingSafeEqual(Buffer.from(hash, 'hex'), given));
}
