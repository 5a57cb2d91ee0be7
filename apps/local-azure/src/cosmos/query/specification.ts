import { badRequest } from '../cosmos-error.js';
import { isJsonObject, type JsonObject } from '../json.js';
import type { Parameters } from './evaluator.js';

/** The text of a query and the values of its parameters. */
export interface Specification {
  readonly text: string;
  readonly parameters: Parameters;
}

/** Reads the body of a query request. Throws 400. */
export function readSpecification({ query: text, parameters = [] }: JsonObject): Specification {
  if (typeof text !== 'string') throw badRequest('The query text is missing.');
  if (!Array.isArray(parameters) || !parameters.every(isJsonObject)) throw badRequest('The parameters must be a list.');
  return { text, parameters: new Map(parameters.map(({ name, value }) => [String(name), value])) };
}
