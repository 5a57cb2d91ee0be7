import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answersOf, operationsOf, resolved } from '../../../gateway/src/domain/openapi.js';
import type { ApiDocument, PlacedOperation, Schema } from '../../../gateway/src/domain/openapi.js';

/** The API as the repository keeps it; another test holds it against the routes. */
export const API = JSON.parse(readFileSync(join(__dirname, '../../../gateway/openapi.json'), 'utf8')) as ApiDocument;

/** Reads first, then what ends things, then what makes them: what is read whole is small then. */
const ORDER = ['GET', 'DELETE', 'PATCH', 'PUT', 'POST'];

/** Every operation by its name. */
export const OPERATIONS: readonly (readonly [string, PlacedOperation])[] = operationsOf(API)
  .sort((left, right) => ORDER.indexOf(left.method) - ORDER.indexOf(right.method))
  .map((placed) => [placed.operation.operationId, placed] as const);

/** Whether the operation needs no token. */
export function isPublic({ operation }: PlacedOperation): boolean {
  return operation.security?.length === 0;
}

/** Media types of the successful answer. */
export function producedBy({ operation }: PlacedOperation): string[] {
  return answersOf(operation, API)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, { content = {} }]) => Object.keys(content));
}

/** The schema with all references in place, in which an object has no field that it does not declare. */
export function closedSchema(schema: Schema): Schema {
  const { items, properties, allOf, anyOf, oneOf, ...own } = resolved(schema, API);
  const all = (schemas: readonly Schema[]): Schema[] => schemas.map(closedSchema);
  return {
    ...own,
    ...(items !== undefined && { items: closedSchema(items) }),
    ...(properties !== undefined && {
      additionalProperties: own.additionalProperties ?? false,
      properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, closedSchema(field)])),
    }),
    ...(allOf !== undefined && { allOf: all(allOf) }),
    ...(anyOf !== undefined && { anyOf: all(anyOf) }),
    ...(oneOf !== undefined && { oneOf: all(oneOf) }),
  };
}
