import { newRequestId } from '@ballast/contracts';
import { beginSpan, childTraceparent, durationOf, runInTrace } from '@ballast/service-bus';
import type { OpenSpan, Trace } from '@ballast/service-bus';
import { CONFIGURATION_PATH } from '@ballast/contracts/accounts';
import { QUOTES_PATH } from '@ballast/contracts/streams';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from './clock.js';
import type { ServiceLog } from './service-log.js';

const REQUEST_ID_PATTERN = /^[A-Za-z0-9._:-]{1,100}$/;
const traces = Symbol('trace');
const spans = Symbol('span');
/** On the request itself: a map from requests costs the collector of garbage more than all else here. */
type Traced = FastifyRequest & { [traces]?: Trace; [spans]?: OpenSpan };

const ANSWERED = durationOf('http.server.request.duration', 'From a request to its answer.');

const QUIET_PATHS: readonly string[] = [CONFIGURATION_PATH, QUOTES_PATH];

/** The id under which everything that follows from this request is found again. */
export function requestIdOf(request: FastifyRequest): string | undefined {
  return (request as Traced)[traces]?.correlationId;
}

/**
 * Gives every request its id and trace: the caller's where they are well-formed, else new ones. The handler runs in that
 * trace, the answer carries both ids, and one line is logged per request.
 */
export function traceRequests(fastify: FastifyInstance, options: { clock: Clock; log: ServiceLog }): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    runInTrace(beginTrace(request, reply, options.clock), done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    // What machines ask again and again is neither logged nor measured.
    const isQuiet = request.url.startsWith('/health/') || QUIET_PATHS.includes(pathOf(request.url));
    const { correlationId, traceparent } = (request as Traced)[traces] ?? {};
    const fields = {
      ...{ correlationId, traceparent },
      method: request.method,
      path: pathOf(request.url),
      status: reply.statusCode,
      latencyMs: Math.round(reply.elapsedTime),
    };
    options.log[isQuiet ? 'debug' : 'info'](fields, 'request answered');
    if (!isQuiet) endSpan(request, reply);
    done();
  });
}

/** Ends the request's span under the name of its route, and counts it. */
function endSpan(request: FastifyRequest, { statusCode, elapsedTime }: FastifyReply): void {
  const route = request.routeOptions.url ?? 'unknown';
  const attributes = {
    'http.request.method': request.method,
    'http.route': route,
    'http.response.status_code': statusCode,
  };
  const failed = statusCode >= 500 ? { error: new Error(`status ${statusCode}`) } : {};
  (request as Traced)[spans]?.end({ attributes, name: `${request.method} ${route}`, ...failed });
  ANSWERED.record(elapsedTime / 1_000, attributes);
}

/** The headers of every answer: the request's id and the id of its trace. */
export function traceHeaders({ correlationId, traceparent = '' }: Trace): Record<string, string> {
  return { 'x-request-id': correlationId, 'x-trace-id': traceparent.slice(TRACE_ID_BEGINS, TRACE_ID_ENDS) };
}

/** Where the id of the trace is in a `traceparent`. */
const [TRACE_ID_BEGINS, TRACE_ID_ENDS] = [3, 35];

/** Without the query. */
function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

/** A trace of its own, for what could not be read so far that the caller's is known. */
export function newTrace(clock: Clock): Trace {
  const requestId = newRequestId(clock.now());
  return { correlationId: requestId, causationId: requestId, traceparent: childTraceparent(undefined) };
}

/** Gives the request its id and trace, and the answer both ids. */
export function beginTrace(request: FastifyRequest, reply: FastifyReply, clock: Clock): Trace {
  const trace = traceOf(request, clock);
  (request as Traced)[traces] = trace;
  reply.headers(traceHeaders(trace));
  return trace;
}

function traceOf(request: FastifyRequest, clock: Clock): Trace {
  const given = request.headers['x-request-id'];
  const { traceparent } = request.headers;
  const requestId = typeof given === 'string' && REQUEST_ID_PATTERN.test(given) ? given : newRequestId(clock.now());
  const parent = typeof traceparent === 'string' ? traceparent : undefined;
  const span = beginSpan(request.method, {
    kind: 'server',
    parent,
    attributes: { 'ballast.correlation_id': requestId, 'url.path': pathOf(request.url) },
  });
  (request as Traced)[spans] = span;
  return { correlationId: requestId, causationId: requestId, traceparent: span.traceparent };
}
