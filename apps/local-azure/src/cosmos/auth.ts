import { createHmac, timingSafeEqual } from 'node:crypto';
import { CosmosError } from './cosmos-error.js';

/** How far a request's date may be from the server's clock. */
const DATE_SKEW_MS_MAX = 15 * 60 * 1_000;

/** What a master-key signature covers. */
export interface SignedRequest {
  readonly method: string;
  /** Decoded path segments. */
  readonly segments: readonly string[];
  readonly authorization: string | undefined;
  readonly date: string | undefined;
}

/**
 * Throws 401 unless the request carries the signature made with the master key (compared in constant time), and 403
 * when its date is more than 15 minutes off.
 */
export function verifySignature(request: SignedRequest, masterKey: Buffer, nowMs: number): void {
  const { authorization, date } = request;
  if (authorization === undefined) throw unauthorized('Required Header authorization is missing.');
  if (date === undefined) throw unauthorized('Required Header x-ms-date is missing.');
  const [, type, signature] = /^type=(\w+)&ver=1\.0&sig=(.+)$/s.exec(decoded(authorization)) ?? [];
  if (type !== 'master' || signature === undefined) throw unauthorized('Only a master-key signature is accepted here.');
  const expected = createHmac('sha256', masterKey).update(textToSign(request, date)).digest();
  const given = Buffer.from(signature, 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw unauthorized(
      'The input authorization token cannot serve the request: the signature is not the expected one.',
    );
  }
  if (!(Math.abs(nowMs - Date.parse(date)) <= DATE_SKEW_MS_MAX)) {
    throw new CosmosError(
      403,
      'Forbidden',
      'The authorization token is not valid at the current time: check the clock.',
    );
  }
}

function textToSign({ method, segments: path }: SignedRequest, date: string): string {
  const segments = path.at(-2) === 'operations' ? path.slice(0, -2) : path;
  const isFeed = segments.length % 2 === 1;
  const type = (isFeed ? segments.at(-1) : segments.at(-2)) ?? '';
  const link = (isFeed ? segments.slice(0, -1) : segments).join('/');
  const resource = type === 'offers' ? (segments[1] ?? '').toLowerCase() : link;
  return `${method.toLowerCase()}\n${type.toLowerCase()}\n${resource}\n${date.toLowerCase()}\n\n`;
}

function decoded(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    return '';
  }
}

const unauthorized = (message: string): CosmosError => new CosmosError(401, 'Unauthorized', message);
