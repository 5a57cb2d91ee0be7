type Json = unknown;
type JsonObject = Record<string, Json>;

/**
 * The OpenAPI 3.0 document as 3.1: schemas as JSON Schema 2020-12 has them (`null` as a type, bounds as numbers, examples
 * as a list), and a reference beside its description instead of wrapped.
 */
export function asOpenApi31(document: object): JsonObject {
  return { ...(convert(document, false) as JsonObject), openapi: '3.1.0' };
}

/** Keys whose value is a schema, or a list or record of schemas. */
const SCHEMA_KEYS: ReadonlySet<string> = new Set(['schema', 'items', 'additionalProperties', 'not']);
const SCHEMA_LISTS: ReadonlySet<string> = new Set(['allOf', 'oneOf', 'anyOf']);
const SCHEMA_RECORDS: ReadonlySet<string> = new Set(['properties', 'schemas']);
/** Keys whose value is data. */
const DATA_KEYS: ReadonlySet<string> = new Set(['example', 'examples', 'default', 'enum', 'value']);

function convert(value: Json, isSchema: boolean): Json {
  if (Array.isArray(value)) return value.map((item) => convert(item, isSchema));
  if (!isObject(value)) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, convertPart(key, part)]));
  return isSchema ? schema31(inner) : inner;
}

function convertPart(key: string, part: Json): Json {
  if (DATA_KEYS.has(key)) return part;
  if (SCHEMA_RECORDS.has(key) && isObject(part)) {
    return Object.fromEntries(Object.entries(part).map(([name, schema]) => [name, convert(schema, true)]));
  }
  return convert(part, SCHEMA_KEYS.has(key) || SCHEMA_LISTS.has(key));
}

function schema31(schema: JsonObject): JsonObject {
  const { nullable, example, exclusiveMinimum, exclusiveMaximum, ...rest } = schema;
  return unwrapped({
    ...rest,
    ...(nullable === true && typeof rest['type'] === 'string' && { type: [rest['type'], 'null'] }),
    ...(example !== undefined && { examples: [example] }),
    ...bound('minimum', 'exclusiveMinimum', exclusiveMinimum, rest),
    ...bound('maximum', 'exclusiveMaximum', exclusiveMaximum, rest),
  });
}

/** In 3.0 an exclusive bound is a flag beside the bound, in 3.1 it is the bound. */
function bound(inclusive: string, exclusive: string, given: Json, schema: JsonObject): JsonObject {
  if (given === true) return { [exclusive]: schema[inclusive], [inclusive]: undefined };
  return typeof given === 'number' ? { [exclusive]: given } : {};
}

function unwrapped(schema: JsonObject): JsonObject {
  const defined = Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
  const { allOf, ...rest } = defined;
  if (!Array.isArray(allOf) || allOf.length !== 1 || !isObject(allOf[0])) return defined;
  return { ...allOf[0], ...rest };
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
