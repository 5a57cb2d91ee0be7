import type { IncomingHttpHeaders } from 'node:http';
import { Failure } from '@ballast/contracts';
import { currentTrace, inSpan } from '@ballast/service-bus';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OwnerUrls } from '../gateway.config.js';
import { addressOf } from './caller-address.js';
import { askPrivately } from './private-http.js';

/** Token of the owners' addresses. */
export const OWNER_URLS = Symbol('owner urls');
/** Milliseconds within which an owner must have answered as a whole. */
export const OWNER_TIMEOUT_MS = 10_000;
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
export class Owners {
  constructor(@Inject(OWNER_URLS) private readonly urls: OwnerUrls) {}

  /**
   * Asks the owner. Throws `Failure` when it cannot be reached or does not answer in time; whether it did what it was
   * asked is then unknown, and the caller repeats with the same Idempotency-Key.
   */
  async ask(owner: Owner, request: OwnerRequest): Promise<OwnerAnswer> {
    return inSpan(`ask ${owner}`, { kind: 'client', attributes: { 'peer.service': owner } }, () =>
      this.answerOf(owner, request),
    );
  }

  private async answerOf(owner: Owner, request: OwnerRequest): Promise<OwnerAnswer> {
    try {
      const { status, headers, body } = await askPrivately(this.urls[owner] + request.path, {
        method: request.method,
        headers: headersFor(request),
        ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
        timeoutMs: OWNER_TIMEOUT_MS,
      });
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
  return { method, path: url, body, headers, address: addressOf(request) };
}

/** Answers the caller with what the owner answered. */
export function sendAnswer(reply: FastifyReply, { status, headers, body }: OwnerAnswer): void {
  void reply.status(status).headers(headers).send(body);
}

/** The JSON of an answer. */
export function jsonOf<Body>({ body }: OwnerAnswer): Body {
  return JSON.parse(body.toString('utf8')) as Body;
}

function headersFor({ headers, body, address }: OwnerRequest): Record<string, string> {
  const trace = currentTrace();
  const given = HEADERS_IN.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return {
    ...Object.fromEntries(given),
    ...(address !== undefined && { 'x-client-address': address }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(trace !== undefined && { 'x-request-id': trace.correlationId }),
    ...(trace?.traceparent !== undefined && { traceparent: trace.traceparent }),
  };
}

function headersOf(headers: IncomingHttpHeaders): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name of HEADERS_OUT) {
    const value = headers[name];
    if (typeof value === 'string') out[name] = value;
  }
  return out;
}
