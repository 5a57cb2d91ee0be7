import { createHmac, timingSafeEqual } from 'node:crypto';
import { CosmosError } from './cosmos-error.js';

/** How far a request's date may be from the server's clock. */
const DATE_SKEW_MS_MAX = 15 * 60 * 1_000;

/** The keys of the account, decoded. */
export interface AccountKeys {
  /** Good for everything. */
  readonly full: readonly Buffer[];
  /** Good for requests that change nothing. */
  readonly readOnly: readonly Buffer[];
}

/** What a master-key signature covers. */
export interface SignedRequest {
  readonly method: string;
  /** Decoded path segments. */
  readonly segments: readonly string[];
  readonly date: string | undefined;
}

/** How a request shows who asks: a signature made with a key, or an Entra token. */
export interface Authorization {
  readonly type: 'master' | 'aad';
  readonly signature: string;
}

/** Reads the authorization header. Throws 401 when there is none, or none of these. */
export function readAuthorization(header: string | undefined): Authorization {
  if (header === undefined)
    throw unauthorized('Required Header authorization is missing. Ensure a valid Authorization token is passed.');
  const [, type, signature] = /^type=(master|aad)&ver=1\.0&sig=(.+)$/s.exec(decoded(header)) ?? [];
  if (type === undefined || signature === undefined) {
    throw unauthorized(
      'Only the signature of a master key or an Entra token is accepted here (type=master or type=aad, ver=1.0).',
    );
  }
  return { type: type as Authorization['type'], signature };
}

/**
 * Throws 401 unless the signature was made with a key that is good for the request, each compared in constant time: who has
 * none learns nothing from how long that takes. Throws 403 when the date is more than 15 minutes off. As at the service, a read-only
 * key under a write is a wrong key.
 */
export function verifySignature(
  request: SignedRequest,
  signature: string,
  keys: readonly Buffer[],
  nowMs: number,
): void {
  const { date } = request;
  if (date === undefined) throw unauthorized('Required Header x-ms-date is missing.');
  const text = textToSign(request, date);
  const given = Buffer.from(signature, 'base64');
  const isKnown = keys.some((key) => isMadeWith(key, text, given));
  if (!isKnown) throw unauthorized(wrongSignature(text));
  const sentMs = Date.parse(date);
  if (!(Math.abs(nowMs - sentMs) <= DATE_SKEW_MS_MAX)) throw outOfTime(date, nowMs);
}

/** 401: who asks is not known. */
export const unauthorized = (message: string): CosmosError => new CosmosError(401, 'Unauthorized', message);

/** Right signatures remembered for each key at most; then all are forgotten. */
const SIGNATURES_MAX = 1_000;
/** What was signed with a key, and how: the requests of one second for the same resource have the same signature. */
const rightSignatures = new WeakMap<Buffer, Map<string, Buffer>>();

function isMadeWith(key: Buffer, text: string, given: Buffer): boolean {
  const right = rightSignatures.get(key) ?? new Map<string, Buffer>();
  const known = right.get(text);
  if (known !== undefined) return isSignature(given, known);
  const expected = createHmac('sha256', key).update(text).digest();
  if (!isSignature(given, expected)) return false;
  if (right.size >= SIGNATURES_MAX) right.clear();
  rightSignatures.set(key, right.set(text, expected));
  return true;
}

/** A signature of another length is compared as well, so that every comparison takes the same time. */
function isSignature(given: Buffer, expected: Buffer): boolean {
  const isLong = given.length === expected.length;
  return timingSafeEqual(isLong ? given : Buffer.alloc(expected.length), expected) && isLong;
}

/** The service tells what it signed; nobody can make a signature from that. */
const wrongSignature = (text: string): string =>
  "The input authorization token can't serve the request. The wrong key is being used or the expected payload is not built as per " +
  `the protocol. Server used the following payload to sign: '${text}'`;

const outOfTime = (date: string, nowMs: number): CosmosError =>
  new CosmosError(
    403,
    'Forbidden',
    `The authorization token is not valid at the current time. Request time: ${date}, server time: ${new Date(nowMs).toUTCString()}.`,
  );

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
