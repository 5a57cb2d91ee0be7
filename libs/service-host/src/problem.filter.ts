import { Failure, PROBLEMS } from '@ballast/contracts';
import type { ProblemCode } from '@ballast/contracts';
import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemException } from './problem-exception.js';
import { requestIdOf } from './request-trace.js';
import type { RouteMethods } from './route-methods.js';
import type { ServiceLog } from './service-log.js';

/** The media type of every error. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';
/** Seconds after which a caller may try again where the failure does not say. */
const RETRY_AFTER_SECONDS_DEFAULT = 1;

/** Ends every request that failed with a problem document; the only place where one is written. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: ServiceLog,
    private readonly routes: RouteMethods,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    // A message's error belongs to its listener, which decides on the settlement.
    if (host.getType() !== 'http') throw thrown;
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const exception = this.exceptionOf(thrown, request, reply);
    if (exception.getStatus() === 401) reply.header('www-authenticate', 'Bearer');
    if (exception.retryAfterSeconds !== undefined) reply.header('retry-after', String(exception.retryAfterSeconds));
    const requestId = requestIdOf(request);
    void reply
      .status(exception.getStatus())
      .header('content-type', PROBLEM_MEDIA_TYPE)
      .header('cache-control', 'no-store')
      .send(JSON.stringify({ ...exception.problem, ...(requestId === undefined ? {} : { requestId }) }));
  }

  private exceptionOf(thrown: unknown, request: FastifyRequest, reply: FastifyReply): ProblemException {
    if (thrown instanceof ProblemException) return thrown;
    if (thrown instanceof Failure) {
      this.log.warn({ err: thrown, code: thrown.code }, 'a request met a failure');
      return new ProblemException('service-unavailable', { retryAfterSeconds: retryAfterSecondsOf(thrown) });
    }
    if (thrown instanceof HttpException && thrown.getStatus() < 500) return this.refusalOf(thrown, request, reply);
    // The caller went away with half of the body sent: nobody reads this answer, and it is no bug.
    if (!request.raw.complete && request.raw.destroyed) return new ProblemException('invalid-request');
    this.log.error({ err: thrown }, 'a request met a bug');
    return new ProblemException('internal-error');
  }

  /** What Nest or Fastify refused before a handler was reached. */
  private refusalOf(thrown: HttpException, request: FastifyRequest, reply: FastifyReply): ProblemException {
    const status = thrown.getStatus();
    const methods = status === 404 ? this.routes.at(request.url) : [];
    if (methods.length > 0 && !methods.includes(request.method)) {
      reply.header('allow', methods.join(', '));
      return new ProblemException('method-not-allowed');
    }
    return new ProblemException(CODE_BY_STATUS[status] ?? 'invalid-request');
  }
}

const CODE_BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  409: 'conflict',
  413: 'body-too-large',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
};

function retryAfterSecondsOf(failure: Failure): number {
  return Math.max(RETRY_AFTER_SECONDS_DEFAULT, Math.ceil((failure.retryAfterMs ?? 0) / 1_000));
}

/** The problem, as it is sent, of a request that could not be read so far that a handler or this filter sees it. */
export function unreadableProblem(status: number, detail: string, requestId?: string): string {
  const { title } = PROBLEMS['invalid-request'];
  return JSON.stringify({
    type: 'urn:ballast:problem:invalid-request',
    title,
    status,
    code: 'invalid-request',
    detail,
    ...(requestId === undefined ? {} : { requestId }),
  });
}
