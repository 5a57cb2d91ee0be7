import { DECIMAL_PATTERN, Decimal } from '@ballast/money';
import { malformed, unprocessable } from '../domain/refusal.js';

/** The fields of a JSON object whose numbers were read as strings. */
export type Fields = Record<string, unknown>;

const QUOTED_LENGTH_MAX = 40;
const COUNT_PATTERN = /^\d{1,9}$/;

/** The fields of a JSON object; throws a Refusal when it is anything else. */
export function objectOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('a JSON object is required');
  return value as Fields;
}

/** Whether a field is given and not null. */
export function isGiven(fields: Fields, name: string): boolean {
  return fields[name] !== undefined && fields[name] !== null && fields[name] !== '';
}

/** A field that must be text; throws a Refusal. */
export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw malformed(`${name} is required`);
  return value;
}

/** A field that may be text; throws a Refusal when it is anything else. */
export function optionalTextOf(fields: Fields, name: string): string | undefined {
  return isGiven(fields, name) ? textOf(fields, name) : undefined;
}

/** A decimal of at least zero; throws a Refusal. */
export function decimalOf(fields: Fields, name: string): Decimal {
  const text = textOf(fields, name);
  if (!DECIMAL_PATTERN.test(text) || text.startsWith('-')) throw malformed(`${name} must be a decimal of at least 0`);
  return new Decimal(text);
}

/** A decimal above zero; throws a Refusal. */
export function positiveOf(fields: Fields, name: string): Decimal {
  const value = decimalOf(fields, name);
  if (value.isZero()) throw malformed(`${name} must be > 0`);
  return value;
}

/** A decimal above zero where the field is given; throws a Refusal. */
export function optionalPositiveOf(fields: Fields, name: string): Decimal | undefined {
  return isGiven(fields, name) ? positiveOf(fields, name) : undefined;
}

/** A whole number of at most `max` where the field is given, else `standard`; throws a Refusal. */
export function wholeOf(fields: Fields, name: string, range: { standard: number; max: number }): number {
  if (!isGiven(fields, name)) return range.standard;
  const text = textOf(fields, name);
  if (!COUNT_PATTERN.test(text) || Number(text) > range.max) throw malformed(`${name} must be 0 to ${range.max}`);
  return Number(text);
}

/** One of the allowed words; throws a Refusal that lists them. */
export function oneOf<T extends string>(fields: Fields, name: string, allowed: readonly T[]): T {
  const text = textOf(fields, name);
  const found = allowed.find((value) => value === text);
  if (found === undefined) {
    const shown = text.slice(0, QUOTED_LENGTH_MAX);
    throw unprocessable(`invalid ${name} "${shown}": must be ${allowed.join(', ')}`);
  }
  return found;
}
