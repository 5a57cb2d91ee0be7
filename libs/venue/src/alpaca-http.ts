import { parseLossless } from './lossless-json.js';

/** How long a call to the venue may take, its answer's body included. */
export const CALL_DEADLINE_MS = 5_000;

/** An answer of the venue: its JSON with numbers as strings, undefined where there is none. */
export interface Reply {
  status: number;
  json: unknown;
  retryAfterMs: number | undefined;
}

/** A call that got no readable answer; `isSent` says whether the venue may have acted on it. */
export class CallFailed extends Error {
  constructor(
    message: string,
    readonly isSent: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CallFailed';
  }
}

/** What opens the venue. */
export interface AlpacaKeys {
  keyId: string;
  secret: string;
}

/** One operation of the venue. */
export interface HttpCall {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  url: string;
  body?: Readonly<Record<string, unknown>>;
}

/** Failures that come before the first byte has left this machine. */
const NOT_SENT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const RETRY_AFTER_PATTERN = /^\d+$/;
const MS_PER_SECOND = 1_000;

/** Makes one call with the keys and the deadline; throws CallFailed and nothing else, and follows no redirect. */
export async function callAlpaca(keys: AlpacaKeys, call: HttpCall): Promise<Reply> {
  try {
    const response = await fetch(call.url, {
      method: call.method,
      headers: {
        'apca-api-key-id': keys.keyId,
        'apca-api-secret-key': keys.secret,
        ...(call.body ? { 'content-type': 'application/json' } : {}),
      },
      ...(call.body ? { body: JSON.stringify(call.body) } : {}),
      redirect: 'error',
      signal: AbortSignal.timeout(CALL_DEADLINE_MS),
    });
    const text = await response.text();
    return { status: response.status, json: jsonOf(text, response.ok), retryAfterMs: retryAfterMsOf(response) };
  } catch (error) {
    throw new CallFailed(`${call.method} at the venue failed: ${reasonOf(error)}`, !isNotSent(error), { cause: error });
  }
}

function jsonOf(text: string, isRequired: boolean): unknown {
  if (text === '') return undefined;
  try {
    return parseLossless(text);
  } catch (error) {
    if (isRequired) throw error;
    return undefined;
  }
}

function retryAfterMsOf(response: Response): number | undefined {
  const text = response.headers.get('retry-after');
  return text !== null && RETRY_AFTER_PATTERN.test(text) ? Number(text) * MS_PER_SECOND : undefined;
}

function isNotSent(error: unknown): boolean {
  return NOT_SENT_CODES.has(codeOf(error) ?? '');
}

function reasonOf(error: unknown): string {
  return codeOf(error) ?? textOf(error, 'name') ?? 'unknown';
}

function codeOf(error: unknown): string | undefined {
  return textOf(propertyOf(error, 'cause'), 'code');
}

function textOf(value: unknown, name: string): string | undefined {
  const text = propertyOf(value, name);
  return typeof text === 'string' ? text : undefined;
}

/** The platform's errors may come from another realm, so they are known by their properties and not by their class. */
function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
