import { Agent as PlainAgent, request as plain } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent as EncryptedAgent, request as encrypted } from 'node:https';
import { text } from 'node:stream/consumers';

/** How long a call to a venue may take, its answer's body included. */
export const CALL_DEADLINE_MS = 5_000;

/** Connections are closed after 4 s without use: servers of Node close theirs after 5 s, maybe while the next request comes. */
const KEPT = { keepAlive: true, timeout: 4_000 };
const plainAgent = new PlainAgent(KEPT);
const encryptedAgent = new EncryptedAgent(KEPT);

/** An answer of a venue: its JSON with numbers as strings, undefined where there is none. */
export interface Reply {
  status: number;
  json: unknown;
  retryAfterMs: number | undefined;
}

/** A request that got no readable answer; `isSent` says whether the venue may have acted on it. */
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

/** An answer as it came. */
export interface HttpAnswer {
  status: number;
  statusText: string;
  headers: IncomingHttpHeaders;
  text: string;
}

/** One request; its address may hold secrets and is never repeated in an error. */
export interface HttpRequest {
  method: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
}

/** Failures that come before the first byte has left this machine. */
const NOT_SENT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** How Node calls a request that its signal ended. */
const ABORTED = 'ABORT_ERR';
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const RETRY_AFTER_PATTERN = /^\d+$/;
const MS_PER_SECOND = 1_000;
const TOO_MANY_REQUESTS = 429;
const BANNED = 418;
const REQUEST_TIMEOUT = 408;
const SERVER_FAULT_MIN = 500;

/**
 * Makes one request within the deadline, over a connection that is kept; throws CallFailed and nothing else, and follows no
 * redirect. Not by `fetch`, which takes twice the CPU.
 */
export async function callVenue(url: string, request: HttpRequest): Promise<HttpAnswer> {
  try {
    const message = await answerTo(url, request);
    const { statusCode: status = 0, statusMessage: statusText = '', headers } = message;
    if (REDIRECTS.has(status)) {
      message.destroy();
      throw new Error(`the venue redirects (${status})`);
    }
    return { status, statusText, headers, text: await text(message) };
  } catch (error) {
    const failed = `${request.method} at the venue failed: ${reasonOf(error)}`;
    throw new CallFailed(failed, !isNotSent(error), { cause: error });
  }
}

function answerTo(url: string, { method, headers, body }: HttpRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...headers }, signal: AbortSignal.timeout(CALL_DEADLINE_MS) };
    const request = url.startsWith('https:')
      ? encrypted(url, { ...options, agent: encryptedAgent }, resolve)
      : plain(url, { ...options, agent: plainAgent }, resolve);
    request.on('error', reject).end(body);
  });
}

/** How long the venue asks us to wait, from its `Retry-After` in seconds; undefined where it names no time. */
export function retryAfterMsOf(retryAfter: string | null | undefined): number | undefined {
  return retryAfter && RETRY_AFTER_PATTERN.test(retryAfter) ? Number(retryAfter) * MS_PER_SECOND : undefined;
}

/** Whether the venue says that we ask too much: 429, or 418 once it has banned us for a time. */
export function isRateLimited({ status }: Pick<Reply, 'status'>): boolean {
  return status === TOO_MANY_REQUESTS || status === BANNED;
}

/** What an answer that limits us says in words. */
export function limitSentence({ status }: Pick<Reply, 'status'>): string {
  return status === BANNED ? 'the venue has banned us for a time' : 'the venue limits our rate';
}

/** Whether the venue failed at what it was asked, perhaps after having done it. */
export function isServerFault({ status }: Pick<Reply, 'status'>): boolean {
  return status >= SERVER_FAULT_MIN || status === REQUEST_TIMEOUT;
}

function isNotSent(error: unknown): boolean {
  return NOT_SENT_CODES.has(wordOf(error, 'code') ?? '');
}

/** A deadline shows as an abort, whose cause has the name that says more. */
function reasonOf(error: unknown): string {
  const code = wordOf(error, 'code');
  if (code !== undefined && code !== ABORTED) return code;
  return wordOf(propertyOf(error, 'cause'), 'name') ?? wordOf(error, 'name') ?? 'unknown';
}

function wordOf(value: unknown, name: string): string | undefined {
  const text = propertyOf(value, name);
  return typeof text === 'string' ? text : undefined;
}

/** The platform's errors may come from another realm, so they are known by their properties and not by their class. */
function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
