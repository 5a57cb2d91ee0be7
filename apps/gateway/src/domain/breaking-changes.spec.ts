import { breakingChanges } from './breaking-changes.js';
import type { ApiDocument, Operation, Schema } from './openapi.js';

const text: Schema = { type: 'string', maxLength: 10 };
const request: Schema = {
  type: 'object',
  properties: { name: text, side: { enum: ['buy', 'sell'] } },
  required: ['name'],
};
const answer: Schema = {
  type: 'object',
  properties: { id: text, items: { type: 'array', items: text } },
  required: ['id'],
};
const base: Operation = {
  operationId: 'makeThing',
  'x-roles': ['viewer', 'trader'],
  parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer', maximum: 100 } }],
  requestBody: {
    required: true,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Request' } } },
  },
  responses: {
    '201': { headers: { 'X-Request-Id': {} }, content: { 'application/json': { schema: answer } } },
    '404': {},
  },
};

const documentOf = (operation: Operation = base, schema: Schema = request): ApiDocument => ({
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  paths: { '/v1/things': { post: operation } },
  components: { schemas: { Request: schema } },
});

const broken = (current: ApiDocument): string[] => breakingChanges({ published: documentOf(), current });
const withAnswer = (schema: Schema): Operation => ({
  ...base,
  responses: { ...base.responses, '201': { ...base.responses['201'], content: { 'application/json': { schema } } } },
});

it.each<[string, ApiDocument, string]>([
  ['a route that is gone', { ...documentOf(), paths: {} }, 'POST /v1/things: the route is gone'],
  ['another name', documentOf({ ...base, operationId: 'x' }), 'the operation makeThing is x'],
  ['a role that may not any more', documentOf({ ...base, 'x-roles': ['trader'] }), 'the role viewer may not'],
  ['a parameter that is gone', documentOf({ ...base, parameters: [] }), 'the query parameter limit is gone'],
  [
    'a parameter that is required',
    documentOf({ ...base, parameters: [...(base.parameters ?? []), { name: 'x', in: 'header', required: true }] }),
    'the header parameter x is required',
  ],
  [
    'a parameter with less room',
    documentOf({ ...base, parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer', maximum: 50 } }] }),
    'query parameter limit has a maximum of 50',
  ],
  [
    'a status that is gone',
    documentOf({ ...base, responses: { '201': base.responses['201'] ?? {} } }),
    '404: the status is gone',
  ],
  [
    'a header that is gone',
    documentOf({
      ...base,
      responses: { ...base.responses, '201': { content: { 'application/json': { schema: answer } } } },
    }),
    'the header X-Request-Id is gone',
  ],
  ['a new required field', documentOf(base, { ...request, required: ['name', 'side'] }), 'the field /side is required'],
  ['a field that is gone', documentOf(base, { ...request, properties: { name: text } }), 'the field /side is gone'],
  [
    'a word that is refused',
    documentOf(base, { ...request, properties: { name: text, side: { enum: ['buy'] } } }),
    '/side may not be sell any more',
  ],
  [
    'a narrower text',
    documentOf(base, { ...request, properties: { name: { ...text, maxLength: 5 }, side: { enum: ['buy', 'sell'] } } }),
    '/name has a maxLength of 5',
  ],
  [
    'a text that must match',
    documentOf(base, { ...request, properties: { name: { ...text, pattern: '^a' }, side: { enum: ['buy', 'sell'] } } }),
    '/name must match ^a',
  ],
  [
    'an answer without a field',
    documentOf(withAnswer({ ...answer, properties: { id: text } })),
    'the field /items is gone',
  ],
  ['an answer that promises less', documentOf(withAnswer({ ...answer, required: [] })), 'the field /id is optional'],
  [
    'an answer of another type',
    documentOf(
      withAnswer({ ...answer, properties: { id: { type: 'integer' }, items: { type: 'array', items: text } } }),
    ),
    '/id may be of the type integer',
  ],
  [
    'items of another type',
    documentOf(
      withAnswer({
        ...answer,
        properties: { id: text, items: { type: 'array', items: { type: ['string', 'null'] } } },
      }),
    ),
    '/items/* may be of the type null',
  ],
])('names %s', (_what, current, words) => {
  const found = broken(current);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(words);
});

it.each<[string, ApiDocument]>([
  ['nothing', documentOf()],
  ['a new route', { ...documentOf(), paths: { ...documentOf().paths, '/v1/others': { get: base } } }],
  ['a new field of an answer', documentOf(withAnswer({ ...answer, properties: { ...answer.properties, more: text } }))],
  ['a new optional field', documentOf(base, { ...request, properties: { ...request.properties, more: text } })],
  ['a field that is not required any more', documentOf(base, { ...request, required: [] })],
  ['a new status', documentOf({ ...base, responses: { ...base.responses, '409': {} } })],
])('lets callers be with %s', (_what, current) => {
  expect(broken(current)).toEqual([]);
});
