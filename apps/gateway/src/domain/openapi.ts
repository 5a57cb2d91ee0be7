/** A JSON Schema as OpenAPI 3.1 embeds it, as far as this API uses it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: boolean | Schema;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

/** A body of one media type. */
export interface MediaType {
  readonly schema?: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

/** A header of an answer, in place or by reference. */
export interface Header {
  readonly $ref?: string;
  readonly description?: string;
  readonly schema?: Schema;
}

/** An answer of one status. */
export interface Answer {
  readonly $ref?: string;
  readonly description?: string;
  readonly headers?: Readonly<Record<string, Header>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

/** A parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
  readonly example?: unknown;
}

/** One method of one path. */
export interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, Answer>>;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  /** The roles that may; absent for a public operation. */
  readonly 'x-roles'?: readonly string[];
}

/** An OpenAPI 3.1 document, as far as this API uses it. */
export interface ApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly headers?: Readonly<Record<string, Header>>;
    readonly responses?: Readonly<Record<string, Answer>>;
    readonly securitySchemes?: Readonly<Record<string, unknown>>;
  };
}

/** An operation with where it is. */
export interface PlacedOperation {
  /** In capitals. */
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** Every operation of the document. */
export function operationsOf(document: ApiDocument): PlacedOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

const ANSWER_REFERENCE = '#/components/responses/';

/** The answers of an operation by status, references followed. Throws where one leads nowhere. */
export function answersOf({ responses }: Operation, { components }: ApiDocument): [status: string, answer: Answer][] {
  return Object.entries(responses).map(([status, answer]) => {
    const { $ref } = answer;
    const found = $ref === undefined ? answer : components.responses?.[$ref.replace(ANSWER_REFERENCE, '')];
    if (found === undefined) throw new Error(`${$ref} is not in the document`);
    return [status, found];
  });
}

const SCHEMA_REFERENCE = '#/components/schemas/';

/** The schema itself, where it is a reference. Throws where the reference leads nowhere. */
export function resolved(schema: Schema, { components }: Pick<ApiDocument, 'components'>): Schema {
  if (schema.$ref === undefined) return schema;
  const { $ref, ...beside } = schema;
  const found = components.schemas[$ref.replace(SCHEMA_REFERENCE, '')];
  if (found === undefined) throw new Error(`${$ref} is not in the document`);
  return { ...resolved(found, { components }), ...beside };
}
