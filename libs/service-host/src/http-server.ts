import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { BAD_ADDRESS_PROBLEM, PROBLEM_MEDIA_TYPE } from './problem.filter.js';
import { ProblemException } from './problem-exception.js';

/** Bytes of a request's body, at most. */
export const BODY_BYTES_MAX = 1_048_576;
/** Milliseconds within which a request must have arrived as a whole. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Characters of one path parameter, at most. */
const PARAMETER_CHARS_MAX = 200;

/** The HTTP server below Nest. While it closes it still answers what had arrived. */
export function createHttpServer(): FastifyAdapter {
  return new FastifyAdapter({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: PARAMETER_CHARS_MAX },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    skipMiddie: true,
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply) => {
      void reply.status(400).header('content-type', PROBLEM_MEDIA_TYPE).send(BAD_ADDRESS_PROBLEM);
    },
  });
}

/** While the service drains, the answer to what was in hand is the last on its connection, which would keep it open. */
export function endConnectionsWhile(server: FastifyInstance, isDraining: () => boolean): void {
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (isDraining()) reply.header('connection', 'close');
    done();
  });
}

/** Makes JSON the only kind of body, without keys that could reach a prototype. An empty body is no body. */
export function acceptOnlyJson(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    return void parse(request, body as string, (error, value) => {
      if (error) done(new ProblemException('malformed-json'));
      else done(null, value);
    });
  });
}
