import { Agent as PlainAgent, get } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as EncryptedAgent, get as getEncrypted } from 'node:https';

/** Connections are closed after 4 s without use: servers of Node close theirs after 5 s, maybe while the next request comes. */
const KEPT = { keepAlive: true, timeout: 4_000 };
const plainAgent = new PlainAgent(KEPT);
const encryptedAgent = new EncryptedAgent(KEPT);
/** Bytes of an answer's body, at most. */
const ANSWER_BYTES_MAX = 16 * 1_048_576;

/** An answer of another service; `json` reads its body, once it is called. */
export interface JsonAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Throws what `JSON.parse` throws. */
  json(): unknown;
}

/** What a request carries, and what ends it. */
export interface JsonRequest {
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Asks another service, over a connection that is kept, without following redirects; rejects where there is no whole answer.
 * Not by `fetch`, whose first call costs a start 100 ms of CPU.
 */
export function getJson(url: string, { signal, headers = {} }: JsonRequest): Promise<JsonAnswer> {
  const options: RequestOptions = { signal, headers: { accept: 'application/json', ...headers } };
  return new Promise((resolve, reject) => {
    const take = (answer: IncomingMessage): void => void answerOf(answer).then(resolve, reject);
    const request = url.startsWith('https:')
      ? getEncrypted(url, { ...options, agent: encryptedAgent }, take)
      : get(url, { ...options, agent: plainAgent }, take);
    request.on('error', reject);
  });
}

async function answerOf(message: IncomingMessage): Promise<JsonAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`an answer is larger than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  const { statusCode = 0, headers } = message;
  return { status: statusCode, headers, json: () => JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown };
}
