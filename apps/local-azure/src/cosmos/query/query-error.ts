import { badRequest, type CosmosError } from '../cosmos-error.js';
import type { Place } from './ast.js';

/** Refusals that the service numbers. */
export type QueryErrorCode =
  | 'SC1001' | 'SC1010' | 'SC2001' | 'SC2005' | 'SC2202' | 'SC2203' | 'SC2204'; // prettier-ignore

/** 400 for a query that is wrong at a place, in the shape in which the service reports it. */
export function queryError(code: QueryErrorCode, message: string, { start, end }: Place): CosmosError {
  const errors = [{ severity: 'Error', location: { start, end }, code, message }];
  return badRequest(`Message: ${JSON.stringify({ errors })}`);
}

/** 400 for a query that is understood, and cannot be run. */
export const queryRefused = (message: string): CosmosError =>
  badRequest(`Message: ${JSON.stringify({ Errors: [message] })}`);

/** 400 that names the text at which the syntax is wrong. */
export const syntaxError = (text: string, at: Place): CosmosError =>
  queryError('SC1001', `Syntax error, incorrect syntax near '${text}'.`, at);
