import type { ClassConstructor } from 'class-transformer';
import { EVENTS } from './declaration.js';
import { fieldsOf } from './fields.js';

/** A part of a JSON Schema document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** JSON Schema (draft 7) of a declared class; nested classes are written out in place, unknown fields are allowed. */
export function schemaOf(type: ClassConstructor<object>): JsonSchema {
  const fields = [...fieldsOf(type)];
  return {
    type: 'object',
    properties: Object.fromEntries(
      fields.map(([name, { schema, of, isList }]) => {
        if (of === undefined) return [name, schema];
        return [
          name,
          isList === true ? { ...schema, type: 'array', items: schemaOf(of()) } : { ...schema, ...schemaOf(of()) },
        ];
      }),
    ),
    required: fields.filter(([, { required }]) => required).map(([name]) => name),
  };
}

/** JSON Schema of the data of every published event, each under its type in `definitions`. */
export function eventSchemas(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Data of the events of Ballast',
    definitions: Object.fromEntries(
      EVENTS.map(({ type, data, meaning }) => [type, { description: meaning, ...schemaOf(data) }]),
    ),
  };
}
