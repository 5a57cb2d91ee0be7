import type { DocumentPath } from './document-path.js';
import { isJsonObject, type Json, type JsonObject } from './json.js';

/** One step of a patch, its paths read. */
export type PatchOperation =
  | { readonly op: 'add' | 'set' | 'replace'; readonly path: DocumentPath; readonly value: Json }
  | { readonly op: 'incr'; readonly path: DocumentPath; readonly value: number }
  | { readonly op: 'remove'; readonly path: DocumentPath }
  | { readonly op: 'move'; readonly path: DocumentPath; readonly from: DocumentPath };

/** The names in a JSON pointer (RFC 6901): `~1` is a slash, `~0` a tilde. */
export const parsePointer = (text: string): DocumentPath =>
  text
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));

/**
 * Does one operation on a document, in place, by the rules of the service's partial update. Throws a RangeError that says
 * why it cannot be done.
 */
export function applyOperation(document: JsonObject, operation: PatchOperation): void {
  const place = placeOf(document, operation.path);
  switch (operation.op) {
    case 'add':
      return add(place, operation.value);
    case 'set':
      return set(place, operation.value);
    case 'replace':
      requireExisting(place, 'replaced');
      return set(place, operation.value);
    case 'incr':
      return increment(place, operation.value);
    case 'remove':
      return void take(place);
    case 'move': {
      const moved = take(placeOf(document, operation.from));
      return add(placeOf(document, operation.path), moved);
    }
  }
}

/** The object or array that holds a value, and the name or index of the value in it. */
type Place = { readonly holder: JsonObject; readonly name: string } | { readonly list: Json[]; readonly index: number };

function placeOf(document: JsonObject, path: DocumentPath): Place {
  let holder: Json = document;
  for (const name of path.slice(0, -1)) {
    const inner: Json | undefined = Array.isArray(holder) ? holder[indexOf(holder, name)] : own(holder, name);
    if (typeof inner !== 'object' || inner === null) {
      throw new RangeError(
        `only a child of an existing object or array can be addressed, no path found beyond: '${name}'.`,
      );
    }
    holder = inner;
  }
  const name = path.at(-1)!;
  return Array.isArray(holder)
    ? { list: holder, index: indexOf(holder, name) }
    : { holder: holder as JsonObject, name };
}

function own(holder: Json, name: string): Json | undefined {
  return isJsonObject(holder) && Object.hasOwn(holder, name) ? holder[name] : undefined;
}

/** `-` stands for the place after the last element. */
function indexOf(list: readonly Json[], name: string): number {
  if (name === '-') return list.length;
  if (!/^(0|[1-9]\d*)$/.test(name)) throw new RangeError(`'${name}' is not an index of an array.`);
  return Number(name);
}

function add(place: Place, value: Json): void {
  if ('holder' in place) return assign(place.holder, place.name, value);
  if (place.index > place.list.length) throw outOfBounds(place);
  place.list.splice(place.index, 0, value);
}

function set(place: Place, value: Json): void {
  if ('holder' in place) return assign(place.holder, place.name, value);
  if (place.index > place.list.length) throw outOfBounds(place);
  place.list[place.index] = value;
}

function increment(place: Place, by: number): void {
  const before = valueIn(place) ?? 0;
  if (typeof before !== 'number') throw new RangeError('only a number can be incremented.');
  set(place, before + by);
}

function take(place: Place): Json {
  const value = requireExisting(place, 'removed');
  if ('holder' in place) delete place.holder[place.name];
  else place.list.splice(place.index, 1);
  return value;
}

function requireExisting(place: Place, fate: string): Json {
  const value = valueIn(place);
  if (value === undefined) {
    throw new RangeError(`Node(${'holder' in place ? place.name : place.index}) to be ${fate} is absent.`);
  }
  return value;
}

const valueIn = (place: Place): Json | undefined =>
  'holder' in place ? own(place.holder, place.name) : place.list[place.index];

/** Also under a name like `__proto__`. */
function assign(holder: JsonObject, name: string, value: Json): void {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
}

const outOfBounds = ({ list, index }: { list: readonly Json[]; index: number }): RangeError =>
  new RangeError(`index ${index} is beyond the end of an array of ${list.length}.`);
