import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Operation } from '../domain/faults.js';
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
  headers?: Readonly<Record<string, string>>;
  /** How the answer is kept from the client: by silence, or by a cut connection. */
  lost?: 'hang' | 'drop';
}

/** One operation; `isPublic` needs no keys, `operation` is its name among those that faults may hit. */
export interface Route {
  method: string;
  path: RegExp;
  isPublic?: boolean;
  operation?: Operation;
  handle(call: Call): Answer;
}

/** What stands before an operation: it may make the caller wait, or answer in the operation's place. */
export type Gate = (operation: Operation, call: Call) => Promise<Answer | undefined>;

const BODY_BYTES_MAX = 1_048_576;

/** The HTTP server of a list of routes: keys first, then the body, then the gate, then the operation. */
export function createHttpServer(routes: readonly Route[], keys: Keys, gate: Gate): Server {
  return createServer((request, response) => {
    void answer({ routes, gate }, keys, request).then((result) => send(response, result));
  });
}

interface Offer {
  routes: readonly Route[];
  gate: Gate;
}

async function answer({ routes, gate }: Offer, keys: Keys, request: IncomingMessage): Promise<Answer> {
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
    const call = { path, query: url.searchParams, body: decodeBody(text) };
    const { operation } = found.route;
    const inPlace = operation === undefined ? undefined : await gate(operation, call);
    return inPlace ?? found.route.handle(call);
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

function send(response: ServerResponse, { status, json, text, headers, lost }: Answer): void {
  if (lost === 'drop') response.destroy();
  if (lost !== undefined) return;
  const body = text ?? (json === undefined ? '' : JSON.stringify(json));
  response.writeHead(status, {
    'x-request-id': randomUUID(),
    'content-length': Buffer.byteLength(body),
    ...headers,
    ...(body === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
  });
  response.end(body);
}
