import { ApiProperty } from '@nestjs/swagger';
import type { ApiPropertyOptions } from '@nestjs/swagger';
import { ValidateBy, ValidateIf, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import type { ClassConstructor } from 'class-transformer';
import { DECIMAL_PATTERN, POSITIVE_DECIMAL_PATTERN, parseDecimal } from '@ballast/money';

/** What every field may say about itself. */
interface FieldOptions {
  readonly description: string;
  readonly example?: unknown;
  readonly optional?: boolean;
}

/** One thing that a value must be; `words` complete a sentence that begins with the field. */
interface Rule {
  readonly name: string;
  readonly words: string;
  test(value: unknown): boolean;
}

/** A field as it was declared. `of` is the class of a nested object, or of the items where `isList`. */
export interface DeclaredField {
  /** What JSON Schema says of it, without the schema of `of`. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly required: boolean;
  readonly rules: readonly Rule[];
  readonly of?: () => ClassConstructor<object>;
  readonly isList?: boolean;
}

const DECLARED = new WeakMap<object, Map<string, DeclaredField>>();
const COMPLETE = new WeakMap<object, ReadonlyMap<string, DeclaredField>>();

/** The declared fields of a class by name, inherited ones first. */
export function fieldsOf(type: ClassConstructor<object>): ReadonlyMap<string, DeclaredField> {
  const known = COMPLETE.get(type);
  if (known !== undefined) return known;
  const parent = Object.getPrototypeOf(type) as ClassConstructor<object>;
  const inherited = parent === Function.prototype ? [] : fieldsOf(parent);
  const fields = new Map([...inherited, ...(DECLARED.get(type.prototype as object) ?? [])]);
  COMPLETE.set(type, fields);
  return fields;
}

/** `null` is a value like any other: an optional field is absent, or it is right. */
const isPresent = (_object: object, value: unknown): boolean => value !== undefined;

/** Declares a field three times from one list of rules: for requests, for events and for the API’s documents. */
function field(
  options: FieldOptions,
  schema: Readonly<Record<string, unknown>>,
  rules: readonly Rule[],
  nested: Pick<DeclaredField, 'of' | 'isList'> = {},
): PropertyDecorator {
  const { description } = options;
  const required = options.optional !== true;
  const { of, isList } = nested;
  // Swagger takes a function for a reference to a class only when its name is `type`.
  const reference = of === undefined ? {} : { type: () => of(), isArray: isList === true };
  const documented = {
    description,
    required,
    ...(options.example === undefined ? {} : { example: options.example }),
    ...schema,
    ...reference,
  } as ApiPropertyOptions;
  const decorators = [
    ApiProperty(documented),
    ...(required ? [] : [ValidateIf(isPresent)]),
    ...rules.map(({ name, words, test }) =>
      ValidateBy({ name, validator: { validate: test, defaultMessage: () => words } }),
    ),
    ...(of === undefined ? [] : [ValidateNested({ message: rules[0]?.words ?? '' }), Type(of)]),
  ];
  return (target, name) => {
    const own = DECLARED.get(target) ?? new Map<string, DeclaredField>();
    DECLARED.set(target, own.set(String(name), { schema: { description, ...schema }, required, rules, ...nested }));
    for (const decorate of decorators) decorate(target, name);
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';

function matches(pattern: RegExp, words: string): Rule {
  return { name: 'matches', words, test: (value) => isText(value) && pattern.test(value) };
}

/**
 * A decimal string (`"12.5"`): never a JSON number, no exponent, at most 18 digits before and after the point, and at
 * most `max` where that is given (`x-maximum` in the schema).
 */
export function DecimalField(options: FieldOptions & { positive?: boolean; max?: string }): PropertyDecorator {
  const { max } = options;
  const pattern = options.positive === true ? POSITIVE_DECIMAL_PATTERN : DECIMAL_PATTERN;
  const kind = options.positive === true ? 'a decimal string above zero' : 'a decimal string';
  const schema = { type: 'string', pattern: pattern.source, ...(max === undefined ? {} : { 'x-maximum': max }) };
  return field(options, schema, [
    matches(pattern, `must be ${kind}, for example "12.5"`),
    ...(max === undefined ? [] : [atMost(max)]),
  ]);
}

function atMost(max: string): Rule {
  const test = (value: unknown): boolean => isText(value) && parseDecimal(value)?.lte(max) === true;
  return { name: 'maxDecimal', words: `must be at most ${max}`, test };
}

const UNITS_PATTERN = /^-?\d{1,30}$/;

/** A whole number of an asset's smallest unit, as a string (`"-1250"`). */
export function UnitsField(options: FieldOptions): PropertyDecorator {
  return field(options, { type: 'string', pattern: UNITS_PATTERN.source }, [
    matches(UNITS_PATTERN, 'must be a whole number as a string'),
  ]);
}

/** An id of the given pattern. */
export function IdField(pattern: RegExp, options: FieldOptions): PropertyDecorator {
  return field(options, { type: 'string', pattern: pattern.source }, [matches(pattern, 'is not an id of this kind')]);
}

const charsOf = (text: string): number => (/[\ud800-\udfff]/.test(text) ? [...text].length : text.length);

/** A text of bounded length, counted in Unicode characters. */
export function TextField(
  options: FieldOptions & { lengthMax: number; lengthMin?: number; pattern?: RegExp },
): PropertyDecorator {
  const { lengthMax, lengthMin = 1, pattern } = options;
  return field(
    options,
    {
      type: 'string',
      minLength: lengthMin,
      maxLength: lengthMax,
      ...(pattern === undefined ? {} : { pattern: pattern.source }),
    },
    [
      { name: 'isString', words: 'must be a string', test: isText },
      {
        name: 'minLength',
        words: `must have at least ${lengthMin} characters`,
        test: (value) => isText(value) && charsOf(value) >= lengthMin,
      },
      {
        name: 'maxLength',
        words: `must have at most ${lengthMax} characters`,
        test: (value) => isText(value) && charsOf(value) <= lengthMax,
      },
      ...(pattern === undefined ? [] : [matches(pattern, `must match ${pattern.source}`)]),
    ],
  );
}

/** One of a closed list of words. */
export function WordField(words: readonly string[], options: FieldOptions): PropertyDecorator {
  return field(options, { type: 'string', enum: [...words] }, [
    {
      name: 'isIn',
      words: `must be one of ${words.join(', ')}`,
      test: (value) => isText(value) && words.includes(value),
    },
  ]);
}

/** What a word of an open list looks like, and its characters at most. */
const OPEN_WORD_PATTERN = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const OPEN_WORD_CHARS_MAX = 64;

/** One of a list that may grow within a version: a reader takes a word that it does not know for one of its kind. */
export function OpenWordField(known: readonly string[], options: FieldOptions): PropertyDecorator {
  const schema = { pattern: OPEN_WORD_PATTERN.source, maxLength: OPEN_WORD_CHARS_MAX, 'x-known-values': [...known] };
  return field({ example: known[0], ...options }, { type: 'string', ...schema }, [
    {
      name: 'isOpenWord',
      words: 'must be a word in kebab-case',
      test: (value) => isText(value) && value.length <= OPEN_WORD_CHARS_MAX && OPEN_WORD_PATTERN.test(value),
    },
  ]);
}

/** A whole number within bounds. */
export function CountField(options: FieldOptions & { min: number; max: number }): PropertyDecorator {
  const { min, max } = options;
  return field(options, { type: 'integer', minimum: min, maximum: max }, [
    { name: 'isInt', words: 'must be a whole number', test: Number.isInteger },
    { name: 'min', words: `must be at least ${min}`, test: (value) => isNumber(value) && value >= min },
    { name: 'max', words: `must be at most ${max}`, test: (value) => isNumber(value) && value <= max },
  ]);
}

/** A text of 1 to `lengthMax` characters, a whole number, or true or false. */
export function ScalarField(options: FieldOptions & { lengthMax: number }): PropertyDecorator {
  const { lengthMax } = options;
  const isScalar = (value: unknown): boolean =>
    typeof value === 'boolean' ||
    Number.isSafeInteger(value) ||
    (isText(value) && value !== '' && charsOf(value) <= lengthMax);
  const whole = { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
  const oneOf = [{ type: 'string', minLength: 1, maxLength: lengthMax }, whole, { type: 'boolean' }];
  const words = `must be a text of 1 to ${lengthMax} characters, a whole number, or true or false`;
  return field(options, { oneOf }, [{ name: 'isScalar', words, test: isScalar }]);
}

/** True or false. */
export function FlagField(options: FieldOptions): PropertyDecorator {
  return field(options, { type: 'boolean' }, [
    { name: 'isBoolean', words: 'must be true or false', test: (value) => typeof value === 'boolean' },
  ]);
}

const UTC_PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
const SECONDS_CHARS = 'yyyy-mm-ddThh:mm:ss'.length;

/** Whether the text is an instant that exists: 30 February is read as 2 March and so comes back changed. */
function isInstant(value: unknown): boolean {
  if (!isText(value) || !UTC_PATTERN.test(value)) return false;
  const ms = Date.parse(value);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(value.slice(0, SECONDS_CHARS));
}

/** An instant, ISO 8601 in UTC with at least seconds (`2026-11-20T14:30:00.000Z`). */
export function InstantField(options: FieldOptions): PropertyDecorator {
  return field(options, { type: 'string', format: 'date-time', pattern: UTC_PATTERN.source }, [
    { name: 'isInstant', words: 'must be an ISO 8601 instant in UTC', test: isInstant },
  ]);
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A nested declared object. */
export function NestedField(of: () => ClassConstructor<object>, options: FieldOptions): PropertyDecorator {
  return field(options, {}, [{ name: 'isObject', words: 'must be an object', test: isObject }], { of });
}

/** A list of declared objects. */
export function ListField(
  of: () => ClassConstructor<object>,
  options: FieldOptions & { itemsMax: number },
): PropertyDecorator {
  const { itemsMax } = options;
  return field(
    options,
    { maxItems: itemsMax },
    [
      {
        name: 'isList',
        words: 'must be a list of objects',
        test: (value) => Array.isArray(value) && value.every(isObject),
      },
      {
        name: 'arrayMaxSize',
        words: `must have at most ${itemsMax} items`,
        test: (value) => Array.isArray(value) && value.length <= itemsMax,
      },
    ],
    { of, isList: true },
  );
}

/** A list of texts without repetition, at least one: words of a closed list, or whatever matches. */
export function TextListField(
  options: FieldOptions & { itemsMax: number; words?: readonly string[]; pattern?: RegExp },
): PropertyDecorator {
  const { itemsMax, words, pattern } = options;
  const isItem = (value: unknown): boolean =>
    isText(value) && words?.includes(value) !== false && pattern?.test(value) !== false;
  const items = {
    type: 'string',
    ...(words === undefined ? {} : { enum: [...words] }),
    ...(pattern === undefined ? {} : { pattern: pattern.source }),
  };
  const each = words === undefined ? `texts that match ${pattern?.source}` : `words out of ${words.join(', ')}`;
  return field(options, { type: 'array', items, minItems: 1, maxItems: itemsMax, uniqueItems: true }, [
    {
      name: 'isTextList',
      words: `must be a list of 1 to ${itemsMax} different ${each}`,
      test: (value) =>
        Array.isArray(value) &&
        value.length > 0 &&
        value.length <= itemsMax &&
        new Set(value).size === value.length &&
        value.every(isItem),
    },
  ]);
}
