import { exampleOf, textMatching } from './example.js';

const components = { schemas: { Inner: { type: 'object', properties: { word: { enum: ['a', 'b'] } } } } };

it.each([
  [{ type: 'string', examples: ['given'] }, 'given'],
  [{ type: 'integer', minimum: 3 }, 3],
  [{ type: 'boolean' }, false],
  [{ type: 'string', format: 'date-time' }, '2026-11-20T14:30:00.000Z'],
  [{ type: 'string', minLength: 6 }, 'text..'],
  [{ type: 'array', items: { $ref: '#/components/schemas/Inner' } }, [{ word: 'a' }]],
  [{ $ref: '#/components/schemas/Inner', description: 'said here' }, { word: 'a' }],
  [{ type: ['string', 'null'], maxLength: 2 }, 'te'],
])('gives for %j the value %j', (schema, expected) => {
  expect(exampleOf(schema, { components })).toEqual(expected);
});

it.each(['^ses_[0-9a-hjkmnp-tv-z]{26}$', '^[a-z][a-z0-9-]{0,31}$', '^(GET|PUT) /v\\d+$', '^[\\x21-\\x7e]{1,128}$'])(
  'gives a text for the pattern %s',
  (pattern) => {
    expect(textMatching(pattern)).toMatch(new RegExp(pattern));
  },
);
