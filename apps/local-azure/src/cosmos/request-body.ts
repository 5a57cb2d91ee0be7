import type { IncomingHttpHeaders } from 'node:http';
import type { HttpRequest } from '../http/http-server.js';
import { badRequest } from './cosmos-error.js';
import { isJsonObject, type Json, type JsonObject } from './json.js';

/** The JSON value in a request body. Throws 400. */
export function parseBody(body: Buffer): Json {
  try {
    return JSON.parse(body.toString('utf8')) as Json;
  } catch {
    throw badRequest('The request body is not valid JSON.');
  }
}

/** The JSON object in a request body. Throws 400. */
export function parseObject(body: Buffer): JsonObject {
  const value = parseBody(body);
  if (!isJsonObject(value)) throw badRequest('The request body must be a JSON object.');
  return value;
}

/** Whether a header says true. */
export const isSet = (headers: IncomingHttpHeaders, name: string): boolean =>
  headers[name] !== undefined && String(headers[name]).toLowerCase() === 'true';

/** Whether a POST is a query rather than the creation of something. */
export const isQuery = ({ method, headers }: HttpRequest): boolean =>
  method === 'POST' && (isSet(headers, 'x-ms-documentdb-isquery') || isSet(headers, 'x-ms-documentdb-query'));
