import { validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';
import { plainToInstance } from 'class-transformer';
import {
  CountField,
  DecimalField,
  FlagField,
  IdField,
  InstantField,
  ListField,
  NestedField,
  TextField,
  UnitsField,
  WordField,
  fieldsOf,
} from './fields.js';
import { decodeEventData } from './event.js';
import { schemaOf } from './event-schema.js';
import { PROFILE_ID_PATTERN } from './ids.js';

const D = { description: 'A field.' };

class Inner {
  @FlagField(D)
  set!: boolean;
}

/**
 * What is said about one value of a field that is declared by one decorator; nothing when it is accepted. Requests are
 * read by class-validator and events by hand, and both must say the same.
 */
function said(decorator: PropertyDecorator, value: unknown): string[] {
  class Sample {
    declare value: unknown;
  }
  decorator(Sample.prototype, 'value');
  const inRequest = wordsOf(validateSync(plainToInstance(Sample, { value }), { stopAtFirstError: true }), '');
  const event = { topic: 'x', type: 'x.y.v1', data: Sample, meaning: 'x' };
  let inEvent: string[] = [];
  try {
    decodeEventData(event, { value });
  } catch (error) {
    inEvent = (error as Error).message.replace('x.y.v1: ', '').split('; ');
  }
  expect(inEvent).toEqual(inRequest);
  return inEvent.map((words) => words.replace(/^\/value ?/, ''));
}

function wordsOf(errors: readonly ValidationError[], parent: string): string[] {
  return errors.flatMap(({ property, constraints = {}, children = [] }) => {
    const pointer = `${parent}/${property}`;
    return [...Object.values(constraints).map((words) => `${pointer} ${words}`), ...wordsOf(children, pointer)];
  });
}

const PROFILE_ID = 'prf_01m7wntfj0v37e3s3e28jt97kb';
const DECIMAL = 'must be a decimal string, for example "12.5"';
const POSITIVE = 'must be a decimal string above zero, for example "12.5"';
const UNITS = 'must be a whole number as a string';
const INSTANT = 'must be an ISO 8601 instant in UTC';
const ID = 'is not an id of this kind';

const price = DecimalField(D);
const quantity = DecimalField({ ...D, positive: true });
const text = TextField({ ...D, lengthMax: 3, pattern: /^[a-z😀]*$/u });
const count = CountField({ ...D, min: 1, max: 9 });
const list = ListField(() => Inner, { ...D, itemsMax: 2 });

describe('a field accepts', () => {
  it.each([
    ['a decimal', price, ['0', '-3.25', '12.5', '999999999999999999.999999999999999999']],
    ['a decimal above zero', quantity, ['0.000000000000000001', '12']],
    ['units', UnitsField(D), ['0', '-1250', '9'.repeat(30)]],
    ['an id', IdField(PROFILE_ID_PATTERN, D), [PROFILE_ID]],
    ['a text', text, ['a', 'abc', '😀😀😀']],
    ['a text that may be empty', TextField({ ...D, lengthMax: 3, lengthMin: 0 }), ['']],
    ['a word', WordField(['buy', 'sell'], D), ['buy', 'sell']],
    ['a count', count, [1, 9]],
    ['a flag', FlagField(D), [true, false]],
    ['an instant', InstantField(D), ['2026-11-20T14:30:00.000Z', '2028-02-29T00:00:00Z']],
    ['an object', NestedField(() => Inner, D), [{ set: true }]],
    ['a list', list, [[], [{ set: true }, { set: false }]]],
    ['nothing where it is optional', DecimalField({ ...D, optional: true }), [undefined]],
  ])('%s', (_kind, decorator, values) => {
    for (const value of values) expect([value, ...said(decorator, value)]).toEqual([value]);
  });
});

describe('a field refuses, and says what it must be', () => {
  it.each([
    ['a decimal', price, [1.5, '', '+1', '01', '.5', '1e3', 'NaN', ' 1', '1\n', '1,5', null, undefined], DECIMAL],
    ['a decimal above zero', quantity, ['0', '0.000', '-1', '-0.5', 1], POSITIVE],
    ['units', UnitsField(D), ['1.5', '', '+1', '9'.repeat(31), 7, 7n], UNITS],
    ['an id', IdField(PROFILE_ID_PATTERN, D), [`${PROFILE_ID}0`, `x${PROFILE_ID}`, PROFILE_ID.toUpperCase(), 1], ID],
    ['a text of the wrong kind', text, [1, null, ['a']], 'must be a string'],
    ['a text too short', text, [''], 'must have at least 1 characters'],
    ['a text too long', text, ['abcd'], 'must have at most 3 characters'],
    ['a text off its pattern', text, ['A'], 'must match ^[a-z😀]*$'],
    ['a word', WordField(['buy', 'sell'], D), ['BUY', '', null, ['buy']], 'must be one of buy, sell'],
    ['a count of the wrong kind', count, [1.5, '1', NaN, Infinity, null], 'must be a whole number'],
    ['a count too small', count, [0, -1], 'must be at least 1'],
    ['a count too large', count, [10, Number.MAX_SAFE_INTEGER], 'must be at most 9'],
    ['a flag', FlagField(D), ['true', 1, null], 'must be true or false'],
    ['an instant', InstantField(D), ['2026-11-20', '2026-11-20T14:30:00', '2026-02-30T00:00:00Z', 0], INSTANT],
    ['an instant elsewhere', InstantField(D), ['2026-11-20T14:30:00+01:00'], INSTANT],
    ['an object', NestedField(() => Inner, D), ['text', [], null, 7], 'must be an object'],
    ['what is in an object', NestedField(() => Inner, D), [{}, { set: 'yes' }], '/set must be true or false'],
    ['a list', list, [{}, 'text', null, [1], [[]]], 'must be a list of objects'],
    ['a list too long', list, [[{ set: true }, { set: true }, { set: true }]], 'must have at most 2 items'],
    ['what is in a list', list, [[{ set: true }, { set: 1 }]], '/1/set must be true or false'],
    ['null where it is optional', DecimalField({ ...D, optional: true }), [null], DECIMAL],
  ])('%s', (_kind, decorator, values, words) => {
    for (const value of values) expect([value, ...said(decorator, value)]).toEqual([value, words]);
  });
});

describe('the declared fields of a class', () => {
  class Parent {
    @TextField({ ...D, lengthMax: 3 })
    name!: string;
  }
  class Child extends Parent {
    @ListField(() => Inner, { ...D, itemsMax: 2, optional: true })
    items?: Inner[];
    @NestedField(() => Inner, D)
    one!: Inner;
  }

  it('include inherited ones, first, and leave the parent as it was', () => {
    expect([...fieldsOf(Child).keys()]).toEqual(['name', 'items', 'one']);
    expect([...fieldsOf(Parent).keys()]).toEqual(['name']);
  });

  it('make its JSON Schema', () => {
    const inner = { type: 'object', properties: { set: { ...D, type: 'boolean' } }, required: ['set'] };
    expect(schemaOf(Child)).toEqual({
      type: 'object',
      properties: {
        name: { ...D, type: 'string', minLength: 1, maxLength: 3 },
        items: { ...D, maxItems: 2, type: 'array', items: inner },
        one: { ...D, ...inner },
      },
      required: ['name', 'one'],
    });
  });
});
