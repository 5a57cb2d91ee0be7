import { createHmac, timingSafeEqual } from 'node:crypto';
import { audiencePath } from './address.js';
import { coversPath } from './client-connection.js';
import { ServiceBusError } from './service-bus-error.js';

const MS_PER_SECOND = 1_000;
const TOKEN_PREFIX = 'SharedAccessSignature ';

/**
 * Checks a token `SharedAccessSignature sr=…&sig=…&se=…&skn=…` for an audience and gives the moment it expires, in Unix
 * milliseconds. Throws `amqp:unauthorized-access` when the signature is not ours, the token has expired or is for another
 * entity. The signature is HMAC-SHA256 of the encoded `sr`, a line feed and `se`.
 */
export function verifySharedAccessSignature(token: string, audience: string, key: string, nowMs: number): number {
  if (!token.startsWith(TOKEN_PREFIX)) throw unauthorized('The token is not a shared access signature.');
  const fields = new Map(token.slice(TOKEN_PREFIX.length).split('&').map(keyAndValue));
  const resource = fields.get('sr') ?? '';
  const expiry = fields.get('se') ?? '';
  const given = Buffer.from(decodeURIComponentSafely(fields.get('sig') ?? ''), 'base64');
  const expected = createHmac('sha256', key).update(`${resource}\n${expiry}`).digest();
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw unauthorized('The token has an invalid signature.');
  }
  const expiresAtMs = Number(expiry) * MS_PER_SECOND;
  if (!(expiresAtMs > nowMs)) throw unauthorized('The token has expired.');
  if (!coversPath(audiencePath(decodeURIComponentSafely(resource)), audiencePath(audience))) {
    throw unauthorized('The token is for another entity.');
  }
  return expiresAtMs;
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

function unauthorized(description: string): ServiceBusError {
  return new ServiceBusError('amqp:unauthorized-access', `Unauthorized access. ${description}`);
}
