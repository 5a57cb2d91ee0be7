/**
 * The one JSON text of a value, whatever the order in which its keys were set: object keys sorted by code unit, no
 * white space, what JSON cannot hold left out.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (isObject(inner) ? sorted(inner) : inner));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys that look like array indexes come first in any object, sorted by number: so they too have one order only. */
function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
