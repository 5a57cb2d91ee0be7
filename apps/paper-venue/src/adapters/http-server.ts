import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Refusal, malformed, notFound, unauthorized } from '../domain/refusal.js';
import { keysMatch, type Keys } from './keys.js';
import { parseLossless } from './lossless-json.js';

/** A decoded request. */
export interface Call {
  /** The decoded groups of the route's path. */
  path: readonly string[];
  query: URLSearchParams;
  /** The JSON body with numbers as strings; undefined where there is none. */
  body: unknown;
}

/** What a route answers: no body, JSON text, or a value to be written as JSON. */
export interface Answer {
  status: number;
  json?: unknown;
  text?: string;
}

/** One operation; `isPublic` needs no keys. */
export interface Route {
  method: string;
  path: RegExp;
  isPublic?: boolean;
  handle(call: Call): Answer;
}

const BODY_BYTES_MAX = 1_048_576;

/** The HTTP server of a list of routes: keys first, then the body, then the operation. */
export function createHttpServer(routes: readonly Route[], keys: Keys): Server {
  return createServer((request, response) => {
    void answer(routes, keys, request).then((result) => send(response, result));
  });
}

async function answer(routes: readonly Route[], keys: Keys, request: IncomingMessage): Promise<Answer> {
  try {
    const url = new URL(request.url ?? '/', 'http://venue');
    const text = await readBody(request);
    const found = routes
      .filter((route) => route.method === request.method)
      .map((route) => ({ route, match: route.path.exec(url.pathname) }))
      .find(({ match }) => match !== null);
    if (!found?.route.isPublic && !keysMatch(keys, shownKeys(request))) throw unauthorized();
    if (!found?.match) throw notFound('endpoint not found.');
    const path = found.match.slice(1).map(decodePart);
    return found.route.handle({ path, query: url.searchParams, body: decodeBody(text) });
  } catch (error) {
    return errorAnswer(error);
  }
}

function errorAnswer(error: unknown): Answer {
  if (error instanceof Refusal) {
    return { status: error.status, json: { code: error.code, message: error.message, ...error.details } };
  }
  console.error(error);
  return { status: 500, json: { code: 50010000, message: 'internal server error occurred' } };
}

function shownKeys(request: IncomingMessage): { keyId: unknown; secret: unknown } {
  return { keyId: request.headers['apca-api-key-id'], secret: request.headers['apca-api-secret-key'] };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > BODY_BYTES_MAX) throw new Refusal(413, 41310000, 'request body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function decodeBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return parseLossless(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Refusal(400, 40010000, 'request body format is invalid');
    throw error;
  }
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) throw malformed('path is not well formed');
    throw error;
  }
}

function send(response: ServerResponse, { status, json, text }: Answer): void {
  const body = text ?? (json === undefined ? '' : JSON.stringify(json));
  response.writeHead(status, {
    'x-request-id': randomUUID(),
    'content-length': Buffer.byteLength(body),
    ...(body === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
  });
  response.end(body);
}
