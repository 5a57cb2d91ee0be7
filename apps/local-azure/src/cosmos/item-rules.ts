import { isTtl } from './container-definition.js';
import { badRequest } from './cosmos-error.js';
import { isJsonObject, type Json, type JsonObject } from './json.js';
import { isWellFormed } from './sort-key.js';

const ID_BYTES_MAX = 1023;
/** Objects and arrays within each other at most; the item itself is the first. */
const NESTING_MAX = 128;
/** What the service writes into every item, whatever the client sent. */
const SYSTEM_PROPERTIES: ReadonlySet<string> = new Set(['_rid', '_self', '_etag', '_ts', '_attachments']);

/** Whether a property of an item is the service's own, which clients cannot set. */
export const isItemSystemProperty = (name: string): boolean => SYSTEM_PROPERTIES.has(name);

/** Throws 400 unless a body is an item with an id, a lifetime and a nesting that the service takes. */
export function requireItem(body: unknown): { readonly id: string; readonly document: JsonObject } {
  if (!isJsonObject(body)) throw badRequest('The item must be a JSON object.');
  const { id, ttl } = body;
  if (typeof id !== 'string') {
    throw badRequest("The input content is invalid because the required property 'id' is missing.");
  }
  if (id === '' || /[/\\#?\0]| $/.test(id) || Buffer.byteLength(id) > ID_BYTES_MAX || !isWellFormed(id)) {
    throw badRequest(
      `The id is empty, longer than ${ID_BYTES_MAX} bytes, ends with a space, contains one of / \\ ? #, or is no text.`,
    );
  }
  if (ttl !== undefined && ttl !== null && !isTtl(ttl)) {
    throw badRequest('ttl must be -1 or a positive number of seconds.');
  }
  requireNesting(body, NESTING_MAX);
  return { id, document: withoutSystemProperties(body) };
}

/** The body itself, when there is nothing of the service's in it. */
function withoutSystemProperties(body: JsonObject): JsonObject {
  for (const name in body) {
    if (isItemSystemProperty(name)) return Object.fromEntries(Object.entries(body).filter(isOwnProperty));
  }
  return body;
}

const isOwnProperty = ([name]: [string, Json]): boolean => !isItemSystemProperty(name);

function requireNesting(value: Json, left: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (left === 0) throw badRequest(`The item has more than ${NESTING_MAX} levels of objects and arrays.`);
  for (const name in value) requireNesting((value as JsonObject)[name]!, left - 1);
}
