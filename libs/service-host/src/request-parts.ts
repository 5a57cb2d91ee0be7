import { Param, createParamDecorator } from '@nestjs/common';
import type { ExecutionContext, PipeTransform } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from './caller.js';
import { invalidCursor } from './listing.js';
import { ProblemException } from './problem-exception.js';
import { requestHash } from './request-hash.js';

/** 1 to 128 visible ASCII characters. */
const IDEMPOTENCY_KEY_PATTERN = /^[\x21-\x7e]{1,128}$/;
/** Characters of a page's cursor, at most. */
const CURSOR_CHARS_MAX = 8_192;

/** The `Idempotency-Key` header; a request without it is a 400. */
export const IdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext): string =>
  idempotencyKeyOf(requestOf(context).headers),
);

function idempotencyKeyOf({ 'idempotency-key': key }: FastifyRequest['headers']): string {
  if (key === undefined || key === '') throw new ProblemException('idempotency-key-missing');
  return wellFormed(key);
}

function wellFormed(key: string | string[]): string {
  if (typeof key === 'string' && IDEMPOTENCY_KEY_PATTERN.test(key)) return key;
  throw invalid('Idempotency-Key', 'must be 1 to 128 visible ASCII characters');
}

/** A write that may be repeated under a name of the caller's. */
export interface RepeatableWrite {
  readonly callerId: string;
  /** Absent where the caller does not mean to repeat it. */
  readonly idempotencyKey?: string;
  /** Of method, address and body: the same key with another hash is another request. */
  readonly requestHash: string;
}

/** The header `Idempotency-Key` of a write that does without it as well, with what the write is; a 400 for what is no key. */
export const Repeatable = createParamDecorator((_data: unknown, context: ExecutionContext): RepeatableWrite => {
  const { method, url, body, headers, caller } = requestOf(context) as FastifyRequest & { caller?: Caller };
  if (caller === undefined) throw new Error('a public handler has no caller');
  const key = headers['idempotency-key'];
  return {
    ...{ callerId: caller.userId, requestHash: requestHash(method, url, body) },
    ...(key !== undefined && { idempotencyKey: wellFormed(key) }),
  };
});

/** The tag of a resource whose version is a whole number, as in `ETag` and `If-Match`. */
export function versionTag(version: number): string {
  return `"${version}"`;
}

/** The number of a version, as a part of a path. */
export const VERSION_PATTERN = /^[1-9]\d{0,8}$/;

/** A strong tag of a version that `versionTag` can have made. */
const VERSION_TAG_PATTERN = /^"([1-9]\d{0,14})"$/;

/** What makes a write repeatable, and what it was decided on. */
export interface WriteHeaders {
  readonly idempotencyKey: string;
  /** The version of the resource that the caller has seen; `undefined` where any will do. */
  readonly expectedVersion: number | undefined;
}

/** The headers `Idempotency-Key`, without which it is a 400, and `If-Match`: the `ETag` that was given, or `*`, or none. */
export const ConditionalWrite = createParamDecorator((_data: unknown, context: ExecutionContext): WriteHeaders => {
  const { headers } = requestOf(context);
  return { idempotencyKey: idempotencyKeyOf(headers), expectedVersion: versionOf(headers['if-match']) };
});

function versionOf(tag: string | undefined): number | undefined {
  if (tag === undefined || tag === '*') return undefined;
  const version = VERSION_TAG_PATTERN.exec(tag)?.[1];
  if (version === undefined) throw invalid('If-Match', 'must be the ETag that was given, or *');
  return Number(version);
}

/** A path parameter that is an id; a text that cannot be one is a 404, as nothing has that id. */
export function idParam(name: string, pattern: RegExp): ParameterDecorator {
  return Param(name, new IdPipe(pattern));
}

class IdPipe implements PipeTransform<string, string> {
  constructor(private readonly pattern: RegExp) {}

  transform(value: string): string {
    if (!this.pattern.test(value)) throw new ProblemException('not-found');
    return value;
  }
}

/** Which page of a list is wanted. */
export interface PageRequest {
  /** Items, at most. */
  readonly limit: number;
  /** What the page before gave as `nextCursor`. */
  readonly cursor?: string;
}

/** The query parameters `limit` and `cursor` as a `PageRequest`. */
export const PageQuery = createParamDecorator(
  (limits: { limitDefault: number; limitMax: number }, context: ExecutionContext): PageRequest => {
    const { limit, cursor } = requestOf(context).query as Record<string, unknown>;
    return { limit: limitOf(limit, limits), ...cursorOf(cursor) };
  },
);

function limitOf(text: unknown, { limitDefault, limitMax }: { limitDefault: number; limitMax: number }): number {
  if (text === undefined) return limitDefault;
  const limit = typeof text === 'string' && /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > limitMax) throw invalid('limit', `must be a whole number from 1 to ${limitMax}`);
  return limit;
}

function cursorOf(cursor: unknown): { cursor?: string } {
  if (cursor === undefined) return {};
  if (typeof cursor !== 'string' || cursor.length === 0 || cursor.length > CURSOR_CHARS_MAX) {
    throw invalidCursor();
  }
  return { cursor };
}

const requestOf = (context: ExecutionContext): FastifyRequest => context.switchToHttp().getRequest<FastifyRequest>();

const invalid = (pointer: string, detail: string): ProblemException =>
  new ProblemException('invalid-request', { errors: [{ pointer, detail }] });
