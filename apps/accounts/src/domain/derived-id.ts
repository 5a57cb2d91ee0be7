import { createHash } from 'node:crypto';

/** The alphabet of ids: Crockford's base 32 in lower case. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const ID_CHARS = 26;
const BITS_PER_CHAR = 5n;

/**
 * 26 characters of an id that depend on nothing but the parts: the first 130 bits of SHA-256 over their JSON. Whoever
 * knows the parts can read the document without a search, and a second creation meets the first.
 */
export function derivedId(...parts: readonly string[]): string {
  const bits = BigInt(`0x${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`);
  return Array.from({ length: ID_CHARS }, (_, index) =>
    ALPHABET.charAt(Number((bits >> (256n - BITS_PER_CHAR * BigInt(index + 1))) & 31n)),
  ).join('');
}
