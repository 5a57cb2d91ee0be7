import { isJsonObject, type Json, type JsonObject } from './json.js';

/** The property names from the root of a document down to a value. */
export type DocumentPath = readonly string[];

/** Reads a path as policies write it: `/a/b`, with an optional `/?` at the end, names in double quotes where needed. */
export function parsePath(text: string): DocumentPath {
  const names = text.replace(/\/\?$/, '').match(/"[^"]*"|[^/]+/g) ?? [];
  return names.map((name) => name.replace(/^"(.*)"$/, '$1'));
}

/** Whether two paths are the same. */
export const samePath = (left: DocumentPath, right: DocumentPath): boolean =>
  left.length === right.length && left.every((name, index) => name === right[index]);

/** The value at a path, or undefined. */
export function valueAt(document: JsonObject, path: DocumentPath): Json | undefined {
  let value: Json | undefined = document;
  for (const name of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}
