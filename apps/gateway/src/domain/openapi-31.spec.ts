import { asOpenApi31 } from './openapi-31.js';

const schemaOf = (schema: object): unknown =>
  (asOpenApi31({ components: { schemas: { Thing: schema } } })['components'] as { schemas: { Thing: unknown } }).schemas
    .Thing;

it.each([
  ['null as a type', { type: 'string', nullable: true }, { type: ['string', 'null'] }],
  ['an exclusive bound as the bound', { minimum: 1, exclusiveMinimum: true }, { exclusiveMinimum: 1 }],
  ['no exclusive bound', { maximum: 1, exclusiveMaximum: false }, { maximum: 1 }],
  ['examples as a list', { type: 'string', example: 'a' }, { type: 'string', examples: ['a'] }],
  [
    'a reference beside its description',
    { description: 'd', allOf: [{ $ref: '#/components/schemas/Other' }] },
    { description: 'd', $ref: '#/components/schemas/Other' },
  ],
  [
    'fields that are named like words of JSON Schema',
    { properties: { example: { type: 'string', example: 'x' }, nullable: { type: 'boolean' } } },
    { properties: { example: { type: 'string', examples: ['x'] }, nullable: { type: 'boolean' } } },
  ],
  ['lists', { items: { type: 'string', nullable: true } }, { items: { type: ['string', 'null'] } }],
])('has %s', (_what, given, expected) => {
  expect(schemaOf(given)).toEqual(expected);
});

it('leaves the examples of bodies and parameters as they are', () => {
  const paths = { '/a': { get: { parameters: [{ name: 'p', example: 'x', schema: { type: 'string' } }] } } };
  expect(asOpenApi31({ openapi: '3.0.0', paths })).toEqual({ openapi: '3.1.0', paths });
});
