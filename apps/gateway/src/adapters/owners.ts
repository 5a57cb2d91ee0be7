import { Failure } from '@ballast/contracts';
import { currentTrace, inSpan } from '@ballast/service-bus';
import { ProblemException, bodyBytesOf } from '@ballast/service-host';
import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OwnerUrls } from '../gateway.config.js';
import { addressOf } from './caller-address.js';
import { PrivateHttp } from './private-http.js';

/** Token of the owners' addresses. */
export const OWNER_URLS = Symbol('owner urls');
/** Milliseconds within which an owner must have answered as a whole. */
export const OWNER_TIMEOUT_MS = 10_000;
/** Characters of path and query, at most: with the headers beside them an owner takes 16 KiB. The longest cursor has 8 192. */
export const ADDRESS_CHARS_MAX = 10_000;
/** Headers of a caller that an owner gets. */
const HEADERS_IN = ['authorization', 'idempotency-key', 'if-match', 'user-agent'] as const;
/** Headers of an owner that the caller gets. */
const HEADERS_OUT = [
  'content-type',
  'content-disposition',
  'retry-after',
  'www-authenticate',
  'cache-control',
  'etag',
  'allow',
  'location',
] as const;

export type Owner = keyof OwnerUrls;

/** A request as an owner gets it. */
export interface OwnerRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** JSON; absent where the caller sent none. */
  readonly body?: unknown;
  /** That JSON as the caller wrote it, which is passed on as it is; absent, `body` is written. */
  readonly bytes?: Buffer | undefined;
  readonly headers: FastifyRequest['headers'];
  /** The network address of whoever asks the gateway. */
  readonly address?: string;
}

/** What the owner answered. */
export interface OwnerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The services behind the gateway, over private HTTP with the caller's own token. */
@Injectable()
export class Owners implements OnApplicationShutdown {
  private readonly connections: Readonly<Record<Owner, PrivateHttp>>;

  constructor(@Inject(OWNER_URLS) urls: OwnerUrls) {
    const connected = Object.entries(urls).map(([owner, url]) => [owner, new PrivateHttp(url, OWNER_TIMEOUT_MS)]);
    this.connections = Object.fromEntries(connected) as Record<Owner, PrivateHttp>;
  }

  onApplicationShutdown(): void {
    for (const connection of Object.values(this.connections)) connection.close();
  }

  /**
   * Asks the owner. Throws `Failure` when it cannot be reached or does not answer in time; whether it did what it was
   * asked is then unknown, and the caller repeats with the same Idempotency-Key. Throws the problem `invalid-request` for
   * an address that is too long for an owner.
   */
  async ask(owner: Owner, request: OwnerRequest): Promise<OwnerAnswer> {
    if (request.path.length > ADDRESS_CHARS_MAX) {
      throw new ProblemException('invalid-request', {
        detail: `The address is longer than ${ADDRESS_CHARS_MAX} characters.`,
      });
    }
    return inSpan(`ask ${owner}`, { kind: 'client', attributes: { 'peer.service': owner } }, () =>
      this.answerOf(owner, request),
    );
  }

  private async answerOf(owner: Owner, request: OwnerRequest): Promise<OwnerAnswer> {
    try {
      const { method, path } = request;
      const sent = { method, path, headers: headersFor(request), body: bytesOf(request) };
      const { status, headers, body } = await this.connections[owner].ask(sent);
      return { status, headers: headersOf(headers), body };
    } catch (error) {
      throw new Failure('owner-unavailable', `${owner} cannot be reached`, { cause: error });
    }
  }

  /** Passes a request on as it is and its answer back as it is. */
  async forward(owner: Owner, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    sendAnswer(reply, await this.ask(owner, ownerRequest(request)));
  }
}

/** The request as an owner is to get it. */
export function ownerRequest(request: FastifyRequest): OwnerRequest {
  const { method, url, body, headers } = request;
  return { method, path: url, body, bytes: bodyBytesOf(request), headers, address: addressOf(request) };
}

/** Answers the caller with what the owner answered. */
export function sendAnswer(reply: FastifyReply, { status, headers, body }: OwnerAnswer): void {
  void reply.status(status).headers(headers).send(body);
}

/** The JSON of an answer. */
export function jsonOf<Body>({ body }: OwnerAnswer): Body {
  return JSON.parse(body.toString('utf8')) as Body;
}

/** The body as it is sent; `undefined` where there is none. */
function bytesOf({ bytes, body }: OwnerRequest): Buffer | undefined {
  return bytes ?? (body === undefined ? undefined : Buffer.from(JSON.stringify(body)));
}

function headersFor({ headers, body, address }: OwnerRequest): Record<string, string> {
  const trace = currentTrace();
  const out: Record<string, string> = {};
  for (const name of HEADERS_IN) {
    const value = headers[name];
    if (typeof value === 'string') out[name] = value;
  }
  if (address !== undefined) out['x-client-address'] = address;
  if (body !== undefined) out['content-type'] = 'application/json';
  if (trace !== undefined) out['x-request-id'] = trace.correlationId;
  if (trace?.traceparent !== undefined) out['traceparent'] = trace.traceparent;
  return out;
}

function headersOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name of HEADERS_OUT) {
    const value = headers[name];
    if (typeof value === 'string') out[name] = value;
  }
  return out;
}
