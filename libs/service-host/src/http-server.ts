import { isUtf8 } from 'node:buffer';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Trace } from '@ballast/service-bus';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { shapeError } from './body-shape.js';
import type { Clock } from './clock.js';
import { PROBLEM_MEDIA_TYPE, unreadableProblem } from './problem.filter.js';
import { ProblemException } from './problem-exception.js';
import { beginTrace, newTrace, traceHeaders } from './request-trace.js';

/** Bytes of a request's body, at most. */
export const BODY_BYTES_MAX = 1_048_576;
/** Milliseconds within which a request must have arrived as a whole. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Milliseconds that a connection which has said nothing may stay while the server closes. */
const SILENCE_MS_MAX = 500;
/** Characters of one path parameter, at most. */
const PARAMETER_CHARS_MAX = 200;
/** Scheme and host of a request target in absolute form (RFC 9112 §3.2.2). */
const TARGET_ORIGIN = /^https?:\/\/[^/?#]*/i;

/** The HTTP server below Nest. While it closes it still answers what had arrived. */
export function createHttpServer(clock: Clock): FastifyAdapter {
  return new FastifyAdapter({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: PARAMETER_CHARS_MAX },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    skipMiddie: true,
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    // What a proxy is told in absolute form is asked of us: no handler sees the origin, and none passes it on.
    rewriteUrl: ({ url = '/' }) => url.replace(TARGET_ORIGIN, '').replace(/^(?=[?#]|$)/, '/'),
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      const { correlationId } = beginTrace(request, reply, clock);
      void reply
        .status(400)
        .header('content-type', PROBLEM_MEDIA_TYPE)
        .header('cache-control', 'no-store')
        .send(unreadableProblem(400, 'the address cannot be read', correlationId));
    },
    clientErrorHandler: (error, socket) => endUnreadable(error, socket, newTrace(clock)),
  });
}

/** Bodies are checked by their classes. Without this Fastify loads two compilers of schemas at the start, 20 ms of CPU. */
function noSchemas(): never {
  throw new Error('no route is declared by a schema');
}

/** Status and words for what the HTTP parser gave up on, by its error's code. */
const UNREADABLE: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'the headers are larger than allowed'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'the request did not arrive in time'],
};

/** Answers what is no HTTP request, which never reaches Fastify, and ends its connection. */
function endUnreadable(error: Error & { code?: string }, socket: Socket, trace: Trace): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, reason, detail] = UNREADABLE[error.code ?? ''] ?? [400, 'Bad Request', 'the request is not HTTP'];
  const body = unreadableProblem(status, detail, trace.correlationId);
  if (socket.writable) {
    const head = [
      `HTTP/1.1 ${status} ${reason}`,
      `content-type: ${PROBLEM_MEDIA_TYPE}`,
      `content-length: ${Buffer.byteLength(body)}`,
      ...Object.entries(traceHeaders(trace)).map(([name, value]) => `${name}: ${value}`),
      'connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroySoon();
}

/** While the service drains, the answer to what was in hand is the last on its connection, which would keep it open. */
export function endConnectionsWhile(server: FastifyInstance, isDraining: () => boolean): void {
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (isDraining()) reply.header('connection', 'close');
    done();
  });
}

/**
 * While the server closes, ends connections over which nothing was ever said: clients and proxies open them in advance, and
 * to Node they are not idle, so that a close would wait a minute for them.
 */
export function endSilentConnections(fastify: FastifyInstance): void {
  const open = new Set<Socket>();
  const { server } = fastify;
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  fastify.addHook('preClose', (done) => {
    const endSilent = (): void => open.forEach((socket) => void (socket.bytesRead === 0 && socket.destroy()));
    const timer = setInterval(endSilent, SILENCE_MS_MAX).unref();
    server.once('close', () => clearInterval(timer));
    done();
  });
}

const bodies = Symbol('bytes of the body');
type WithBody = FastifyRequest & { [bodies]?: Buffer };

/** The JSON of a request as its caller wrote it; `undefined` where there is no body. */
export function bodyBytesOf(request: FastifyRequest): Buffer | undefined {
  return (request as WithBody)[bodies];
}

/** Makes JSON in UTF-8 the only kind of body, of a bounded shape and without keys that could reach a prototype. */
export function acceptOnlyJson(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    // An empty body is no body.
    if (body.length === 0) return done(null, undefined);
    (request as WithBody)[bodies] = body as Buffer;
    if (!isUtf8(body as Buffer)) {
      return done(new ProblemException('malformed-json', { detail: 'The body is not UTF-8.' }));
    }
    return void parse(request, body.toString('utf8'), (error, value) => {
      if (error) return done(new ProblemException('malformed-json'));
      const wrong = shapeError(value);
      if (wrong === undefined) return done(null, value);
      return done(new ProblemException('invalid-request', { errors: [{ pointer: '', detail: wrong }] }));
    });
  });
}
