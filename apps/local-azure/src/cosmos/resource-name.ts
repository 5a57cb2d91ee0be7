import { badRequest } from './cosmos-error.js';
import type { JsonObject } from './json.js';

const ID_CHARS_MAX = 255;

/** The id in the body of a database or container. Throws 400 for one that the service refuses. */
export function requireResourceId({ id }: JsonObject, what: string): string {
  if (typeof id !== 'string' || id === '') throw badRequest(`The ${what} needs an id.`);
  if (id.length > ID_CHARS_MAX || /[/\\?#]| $/.test(id)) {
    throw badRequest(
      `The id of the ${what} is longer than ${ID_CHARS_MAX} characters, ends with a space, or contains one of / \\ ? #.`,
    );
  }
  return id;
}
