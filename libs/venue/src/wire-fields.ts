import { Decimal } from '@ballast/money';

/** The venue's answer does not have the shape it should have. */
export class UnreadableReply extends Error {
  constructor(what: string) {
    super(`the venue's answer cannot be read: ${what}`);
    this.name = 'UnreadableReply';
  }
}

/** The fields of a JSON object whose numbers were read as strings. */
export type WireFields = Readonly<Record<string, unknown>>;

/** The fields of a JSON object; throws UnreadableReply when it is anything else. */
export function fieldsOf(value: unknown, what: string): WireFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UnreadableReply(what);
  return value as WireFields;
}

/** The items of a JSON list; throws UnreadableReply when it is anything else. */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new UnreadableReply(what);
  return value;
}

/** A field that must be text; throws UnreadableReply. */
export function textOf(fields: WireFields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw new UnreadableReply(name);
  return value;
}

/** A field that must be a number; throws UnreadableReply. */
export function decimalOf(fields: WireFields, name: string): Decimal {
  const text = textOf(fields, name);
  if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw new UnreadableReply(name);
  return new Decimal(text);
}

/** A field that may be a number; throws UnreadableReply when it is anything else. */
export function optionalDecimalOf(fields: WireFields, name: string): Decimal | undefined {
  const value = fields[name];
  return value === undefined || value === null || value === '' ? undefined : decimalOf(fields, name);
}

/** A field that must be a time; throws UnreadableReply. */
export function momentOf(fields: WireFields, name: string): Date {
  const at = new Date(textOf(fields, name));
  if (Number.isNaN(at.getTime())) throw new UnreadableReply(name);
  return at;
}

/** A field that may be text; undefined where it is absent, null or empty. */
export function optionalTextOf(fields: WireFields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
