import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { exampleOf } from '../../../gateway/src/domain/example.js';
import { resolved } from '../../../gateway/src/domain/openapi.js';
import type { Schema } from '../../../gateway/src/domain/openapi.js';
import { API } from './document.js';

/** The ids that a fuzz may name, of everybody. */
export interface KnownIds {
  readonly matching: (pattern: string) => readonly string[];
}

/** Items of a list that is made up, at most. */
const ITEMS_MAX = 3;
/** Characters of a text that is made up, at most, unless it is to be too long. */
const TEXT_MAX = 40;

/** Values that no field takes, or hardly any. */
export const JUNK: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e308, '', ' ', [], {}, [[]], { toString: 1 }, '\u0000', '\ud800', '💶'),
  fc.string({ maxLength: TEXT_MAX, unit: 'binary' }),
  fc.constantFrom('x'.repeat(9_000), '9'.repeat(400), '1e9', '-0', '0x1', 'NaN', '1,5', '2026-02-30T00:00:00Z'),
  fc.integer(),
  fc.double(),
);

/** The same as texts. */
export const JUNK_TEXT: Arbitrary<string> = JUNK.map((junk) =>
  typeof junk === 'string' ? junk : `${JSON.stringify(junk)}`,
);

/** Decimal texts at the edges of what is taken. */
const DECIMALS = ['1', '0', '0.01', '100.00', '10000', '-5.00', '0.001', '999999999999999999', `0.${'0'.repeat(17)}1`];

/** A value that the schema allows, mostly; identifiers name what exists, mostly. */
export function valueOf(schema: Schema, ids: KnownIds): Arbitrary<unknown> {
  const own = resolved(schema, API);
  if (own.enum !== undefined) return fc.constantFrom(...own.enum);
  if (own.oneOf !== undefined) return fc.oneof(...own.oneOf.map((choice) => valueOf(choice, ids)));
  if (own.properties !== undefined) return objectOf(own, ids);
  switch ([own.type].flat()[0]) {
    case 'array':
      return fc.array(valueOf(own.items ?? {}, ids), { maxLength: Math.min(own.maxItems ?? ITEMS_MAX, ITEMS_MAX) });
    case 'integer':
    case 'number':
      return integerOf(own);
    case 'boolean':
      return fc.boolean();
    default:
      return textOf(own, ids);
  }
}

function objectOf({ properties = {}, required = [] }: Schema, ids: KnownIds): Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, valueOf(field, ids)]));
  return fc.oneof(
    { weight: 2, arbitrary: fc.record(fields, { requiredKeys: [...required] }) },
    { weight: 1, arbitrary: fc.record(pick(fields, required)) },
  );
}

function pick<T>(fields: Record<string, T>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
}

function integerOf({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Schema): Arbitrary<number> {
  const max = Math.min(maximum, Number.MAX_SAFE_INTEGER);
  return fc.oneof(fc.constantFrom(minimum, max), fc.integer({ min: minimum, max: Math.min(max, minimum + 20) }));
}

function textOf(schema: Schema, ids: KnownIds): Arbitrary<string> {
  const { pattern, minLength = 0, maxLength = TEXT_MAX, examples = [] } = schema;
  const example = String(exampleOf(schema, API));
  if (pattern === undefined && schema.format === undefined) {
    const made = fc.string({
      minLength,
      maxLength: Math.max(minLength, Math.min(maxLength, TEXT_MAX)),
      unit: 'grapheme',
    });
    return fc.oneof(made, fc.constantFrom(example, ...examples.map(String), 'x'.repeat(Math.min(maxLength, 9_000))));
  }
  const expression = new RegExp(pattern ?? '');
  const known = ids.matching(pattern ?? '^$');
  const decimals = DECIMALS.filter((text) => pattern !== undefined && expression.test(text));
  return fc.constantFrom(example, ...known, ...known, ...known, ...decimals, ...instantsFor(schema));
}

function instantsFor({ format }: Schema): string[] {
  return format === 'date-time'
    ? ['2000-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999999999Z']
    : [];
}

/** The body with something wrong in it: a field less, a field more, junk in a field, or no object at all. */
export function spoiled(body: Arbitrary<unknown>): Arbitrary<unknown> {
  const changed = fc.tuple(body, fc.nat(), JUNK, fc.nat(3)).map(([value, at, junk, how]) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return junk;
    const names = Object.keys(value);
    const name = names[at % Math.max(names.length, 1)] ?? 'unknown';
    if (how === 0) return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
    if (how === 1) return { ...value, [`${name}X`]: junk };
    return { ...value, [name]: junk };
  });
  return fc.oneof({ weight: 6, arbitrary: changed }, { weight: 1, arbitrary: JUNK });
}
