import { parseLossless } from './lossless-json.js';
import { CallFailed, callVenue, retryAfterMsOf, type Reply } from './venue-http.js';
import type { VenueKeys } from './venue-keys.js';

/** One operation of the venue. */
export interface HttpCall {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  url: string;
  body?: Readonly<Record<string, unknown>>;
}

const ERROR_STATUS_MIN = 400;

/** Makes one call with the keys and the deadline; throws CallFailed and nothing else, and follows no redirect. */
export async function callAlpaca(keys: VenueKeys, { method, url, body }: HttpCall): Promise<Reply> {
  const answer = await callVenue(url, {
    method,
    headers: {
      'apca-api-key-id': keys.keyId,
      'apca-api-secret-key': keys.secret,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const { status, text } = answer;
  const json = jsonOf(text, { method, isRequired: status < ERROR_STATUS_MIN });
  return { status, json, retryAfterMs: retryAfterMsOf(answer.headers['retry-after']) };
}

function jsonOf(text: string, { method, isRequired }: { method: string; isRequired: boolean }): unknown {
  if (text === '') return undefined;
  try {
    return parseLossless(text);
  } catch (error) {
    if (isRequired) throw new CallFailed(`${method} at the venue failed: SyntaxError`, true, { cause: error });
    return undefined;
  }
}
