import { createHmac, timingSafeEqual } from 'node:crypto';
import { unauthorized } from './service-bus-error.js';

const MS_PER_SECOND = 1_000;
const TOKEN_PREFIX = 'SharedAccessSignature ';

/** A token `SharedAccessSignature sr=…&sig=…&se=…&skn=…`, read but not checked. */
export interface SharedAccessSignature {
  /** The URI it is for, decoded. */
  readonly resource: string;
  readonly keyName: string;
  /** NaN when it says none. */
  readonly expiresAtMs: number;
  readonly signature: Buffer;
  /** What was signed: the encoded `sr`, a line feed and `se`. */
  readonly signed: string;
}

/** Reads a token. Throws `amqp:unauthorized-access` when it is none. */
export function readSharedAccessSignature(token: string): SharedAccessSignature {
  if (!token.startsWith(TOKEN_PREFIX)) throw unauthorized('The token is not a shared access signature.');
  const fields = new Map(token.slice(TOKEN_PREFIX.length).split('&').map(keyAndValue));
  const resource = fields.get('sr') ?? '';
  const expiry = fields.get('se') ?? '';
  return {
    resource: decodeURIComponentSafely(resource),
    keyName: decodeURIComponentSafely(fields.get('skn') ?? ''),
    expiresAtMs: Number(expiry) * MS_PER_SECOND,
    signature: Buffer.from(decodeURIComponentSafely(fields.get('sig') ?? ''), 'base64'),
    signed: `${resource}\n${expiry}`,
  };
}

/** Whether one of these keys made the signature (HMAC-SHA256); as slow for a wrong one as for a right one. */
export function isSignedWith({ signature, signed }: SharedAccessSignature, keys: readonly string[]): boolean {
  let isOne = false;
  for (const key of keys) {
    const expected = createHmac('sha256', key).update(signed).digest();
    const given = signature.length === expected.length ? signature : Buffer.alloc(expected.length);
    const isEqual = timingSafeEqual(given, expected) && signature.length === expected.length;
    isOne = isEqual || isOne;
  }
  return isOne;
}

function keyAndValue(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw unauthorized('The token is malformed.');
  }
}
