import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import type { EventDocument } from './asyncapi.js';
import { EVENTS } from './declaration.js';
import { decodeEventData } from './event.js';
import { eventBreaks } from './event-breaks.js';
import { schemaOf } from './event-schema.js';
import type { JsonSchema } from './event-schema.js';

const read = (file: string): EventDocument =>
  JSON.parse(readFileSync(`libs/contracts/${file}`, 'utf8')) as EventDocument;
const PUBLISHED = read('asyncapi.v1.json');
const CURRENT = read('asyncapi.json');
const ajv = new Ajv({ logger: false, unknownFormats: 'ignore' });

describe('what is published today', () => {
  it('breaks no reader of yesterday (npm run publish-events tells them, when that is decided)', () => {
    expect(eventBreaks(PUBLISHED, CURRENT)).toEqual([]);
  });

  const messages = Object.entries(PUBLISHED.components.messages);
  it.each(messages)("is read by yesterday's schema: %s", (type, { payload }) => {
    const [sample] = CURRENT.components.messages[type]?.examples ?? [];
    expect(ajv.compile(payload)(sample?.payload)).toBe(true);
  });

  it.each(messages)("is what yesterday's message is read as: %s", (type, { examples: [recorded] }) => {
    const declaration = EVENTS.find((event) => event.type === type);
    if (declaration === undefined) throw new Error(`${type} is not declared`);
    const decoded = decodeEventData(declaration, recorded?.payload);
    expect(JSON.parse(JSON.stringify(decoded))).toEqual(recorded?.payload);
    expect(ajv.compile(schemaOf(declaration.data))(recorded?.payload)).toBe(true);
  });
});

describe('a change of an event', () => {
  const FIELDS = {
    id: { type: 'string', pattern: '^a$' },
    side: { type: 'string', enum: ['buy', 'sell'] },
    count: { type: 'integer', minimum: 1, maximum: 9 },
    note: { type: 'string', minLength: 1, maxLength: 10 },
    parts: { type: 'array', maxItems: 3, items: { type: 'object', properties: { at: { type: 'string' } } } },
  };
  const documentOf = (payload: JsonSchema, type = 'thing.done.v1'): EventDocument => ({
    asyncapi: '3.0.0',
    info: { title: '', version: '1', description: '' },
    channels: { things: { address: 'things', description: '', messages: { [type]: { $ref: '' } } } },
    components: { messages: { [type]: { name: type, summary: '', payload, examples: [] } } },
  });
  const schema = (fields: object, required = ['id', 'side']): JsonSchema => ({
    type: 'object',
    properties: { ...FIELDS, ...fields },
    required,
  });
  const breaks = (now: JsonSchema): string[] => eventBreaks(documentOf(schema({})), documentOf(now));
  const at = 'thing.done.v1';

  it.each([
    ['a new optional field', schema({ more: { type: 'string' } })],
    ['a field that always comes now', schema({}, ['id', 'side', 'count'])],
    ['narrower values', schema({ count: { type: 'integer', minimum: 2, maximum: 5 } })],
    ['fewer words', schema({ side: { type: 'string', enum: ['buy'] } })],
  ])('breaks nobody: %s', (_what, now) => expect(breaks(now)).toEqual([]));

  it.each([
    ['a field that is gone', schema({ note: undefined }), `${at}/note is gone`],
    ['a field that may be missing', schema({}, ['id']), `${at}/side may be missing`],
    ['another type', schema({ count: { type: 'string' } }), `${at}/count is string and was integer`],
    ['a new word', schema({ side: { type: 'string', enum: ['buy', 'sell', 'short'] } }), `${at}/side may be short`],
    ['any word', schema({ side: { type: 'string' } }), `${at}/side may be anything`],
    ['another pattern', schema({ id: { type: 'string', pattern: '^b$' } }), `${at}/id does not match ^a$ any more`],
    ['less', schema({ count: { type: 'integer', maximum: 9 } }), `${at}/count has no minimum of 1`],
    ['more', schema({ count: { type: 'integer', minimum: 1, maximum: 10 } }), `${at}/count has no maximum of 9`],
    ['longer', schema({ note: { type: 'string', minLength: 1 } }), `${at}/note has no maxLength of 10`],
    [
      'items of another kind',
      schema({ parts: { ...FIELDS.parts, items: { type: 'string' } } }),
      `${at}/parts/* is string and was object`,
    ],
  ])('breaks readers: %s', (_what, now, sentence) => expect(breaks(now)).toEqual([sentence]));

  it('breaks readers: an event that is not published any more, or to another topic', () => {
    const other = documentOf(schema({}), 'thing.done.v2');
    expect(eventBreaks(documentOf(schema({})), other)).toEqual([`${at} is not published to things any more`]);
  });

  it('lets events be added', () => {
    const both = documentOf(schema({}));
    const { v2 } = { v2: documentOf(schema({ id: undefined }), 'thing.done.v2') };
    const now: EventDocument = {
      ...both,
      channels: {
        things: {
          ...both.channels['things']!,
          messages: { ...both.channels['things']!.messages, ...v2.channels['things']!.messages },
        },
      },
      components: { messages: { ...both.components.messages, ...v2.components.messages } },
    };
    expect(eventBreaks(both, now)).toEqual([]);
  });
});
